import { Dice } from './dice.ts'

export const firstNames = ['Ada', 'Bela', 'Cleo', 'Dora', 'Emil', 'Finn', 'Gus', 'Hana', 'Ivo']
export const lastNames = ['Abel', 'Berg', 'Costa', 'Dietz', 'Ekman', 'Fabre', 'Gallo', 'Horn']
export const cities = ['Bend', 'Boise', 'Fresno', 'Kent', 'Oakland', 'Phoenix', 'Salem', 'Yakima']
export const states = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']
/** Half of the bids come through one of these. */
export const hotChannels = ['Apple', 'Baidu', 'Facebook', 'Google']

const LETTERS = 1 << 16

function randomLetters(): string {
  const dice = new Dice()
  dice.begin(7, 7)
  let text = ''
  for (let index = 0; index < LETTERS; index++) text += String.fromCharCode(97 + dice.below(26))
  return text
}

const letters = randomLetters()

/** A text of so many small letters. */
export function textOf(dice: Dice, length: number): string {
  const start = dice.below(LETTERS - length)
  return letters.slice(start, start + length)
}

/** A text that fills a record up to about `bytes`, by 20 % more or less. */
export function filler(dice: Dice, bytes: number): string {
  const least = Math.round(bytes * 0.8)
  return textOf(dice, least + dice.below(Math.round(bytes * 0.4)))
}
