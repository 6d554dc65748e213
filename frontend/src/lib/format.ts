import { useI18n } from 'vue-i18n'

/** Numbers, dates and sizes in the chosen language. */
export function useFormat() {
  const { locale } = useI18n()

  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale.value, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value)

  const percent = (share: number) =>
    new Intl.NumberFormat(locale.value, { style: 'percent', maximumFractionDigits: 0 }).format(share)

  const date = (iso: string) =>
    new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(new Date(iso))

  const time = (iso: string) =>
    new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(iso),
    )

  function bytes(value: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
    const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(value, 1)) / 3))
    const told = new Intl.NumberFormat(locale.value, {
      style: 'unit',
      unit: units[step],
      unitDisplay: 'short',
      maximumFractionDigits: step > 1 ? 1 : 0,
    }).format(value / 1000 ** step)
    // A number and its unit stay on one line.
    return told.replaceAll(' ', '\u00a0')
  }

  return { number, percent, date, time, bytes }
}
