import { createVuetify } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import 'vuetify/styles'
import type { App } from 'vue'

/*
 * Photographs are judged on this page, so that its own surfaces are neutral grays: a tinted surround
 * would change how a colour looks. One accent, a jade green, marks what can be done.
 */
const light = {
  dark: false,
  colors: {
    background: '#f4f4f4',
    surface: '#ffffff',
    'surface-bright': '#ffffff',
    'surface-light': '#ececec',
    'surface-variant': '#3a3b3b',
    'on-surface-variant': '#f2f2f2',
    primary: '#0b665f',
    secondary: '#4c5150',
    error: '#b3261e',
    info: '#2a5f8f',
    success: '#22683c',
    warning: '#8a5300',
    mat: '#dfdfdf',
  },
  variables: { 'medium-emphasis-opacity': 0.72 },
}

const dark = {
  dark: true,
  colors: {
    background: '#161616',
    surface: '#1f1f1f',
    'surface-bright': '#2c2c2c',
    'surface-light': '#2a2a2a',
    'surface-variant': '#d4d4d4',
    'on-surface-variant': '#1b1b1b',
    primary: '#74d0c4',
    'on-primary': '#00201c',
    secondary: '#b9bfbd',
    error: '#f2a29b',
    info: '#9cc7f0',
    success: '#8fd3a5',
    warning: '#f0bd7a',
    mat: '#0e0e0e',
  },
  variables: { 'medium-emphasis-opacity': 0.76 },
}

/**
 * Hands the theme's rules to the browser as a constructed style sheet: the server's policy allows no
 * inline style, and a sheet made by script needs neither that nor a nonce in the page.
 */
function adoptTheme(app: App): void {
  type Head = () => { style: { textContent: string }[] }
  const sheet = new CSSStyleSheet()
  const write = (head: Head) => sheet.replaceSync(head().style[0]?.textContent ?? '')
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  app.provide('usehead', {
    push(head: Head) {
      write(head)
      return { patch: write }
    },
  })
}

export const vuetify = createVuetify({
  icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
  theme: { defaultTheme: 'system', themes: { light, dark } },
  defaults: {
    VBtn: { rounded: 'lg', class: 'text-none', color: 'primary' },
    VCard: { rounded: 'lg', flat: true },
    VTextField: { variant: 'outlined', density: 'comfortable', color: 'primary', hideDetails: 'auto' },
    VSelect: { variant: 'outlined', density: 'comfortable', color: 'primary', hideDetails: 'auto' },
    VSlider: { color: 'primary', hideDetails: true },
    VSwitch: { color: 'primary', hideDetails: true, density: 'comfortable' },
    VCheckbox: { color: 'primary', hideDetails: true, density: 'comfortable' },
    VTooltip: { location: 'bottom', openDelay: 500 },
  },
})

export function installVuetify(app: App): void {
  adoptTheme(app)
  app.use(vuetify)
}
