import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, URL } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import vuetify from 'vite-plugin-vuetify'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Ships the licences of what is bundled beside it, as they ask. */
function licences(): Plugin {
  const { dependencies } = JSON.parse(readFileSync(path('./package.json'), 'utf8'))
  const texts = Object.keys(dependencies).map((name) => {
    const folder = path(`./node_modules/${name}`)
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? readFileSync(`${folder}/${file}`, 'utf8') : ''
    return `${name} ${version} (${license})\n\n${text}`
  })
  return {
    name: 'licences',
    generateBundle() {
      const source = texts.join(`\n${'-'.repeat(72)}\n\n`)
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source })
    },
  }
}

export default defineConfig({
  plugins: [
    vue(),
    vuetify({ autoImport: true }),
    // Messages are compiled here, so that the page needs no eval (the server's policy forbids it).
    licences(),
    vueI18n({ include: path('./src/locales/**'), runtimeOnly: true, fullInstall: false }),
  ],
  resolve: { alias: { '@': path('./src') } },
  build: {
    outDir: path('../src/tomau/server/static_page'),
    emptyOutDir: true,
    manifest: true,
    // A data: URL would need a looser policy than the server grants.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/healthz': 'http://127.0.0.1:8000' } },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    server: { deps: { inline: ['vuetify'] } },
    maxWorkers: 1,
    testTimeout: 60_000, // a busy machine is no fault of the page
  },
})
