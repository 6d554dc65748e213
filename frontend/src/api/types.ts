/** The names that the page uses for the server's schemas. */
import type { components } from './schema'

type Schemas = components['schemas']

export type Session = Schemas['Session']
export type Model = Schemas['Model']
export type Hint = Schemas['Hint']
export type Stroke = Schemas['Stroke']
export type Settings = Required<Schemas['Settings']>
export type Photo = Schemas['Photo']
export type Version = Schemas['Version']
export type Job = Schemas['Job']
export type Suggestion = Schemas['PlausibleColor']
export type Survey = Schemas['Survey']
export type Rating = Schemas['SurveyRate']
export type RatingItem = Rating['items'][number]
export type Results = Schemas['Results']
export type RatedPicture = Results['pictures'][number]
