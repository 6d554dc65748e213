import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n } from '@/i18n'
import { vuetify } from '@/vuetify'

/** A component with all that the page gives it, in English. */
export function mounted(component: Component, props: Record<string, unknown> = {}) {
  i18n.global.locale.value = 'en'
  const blank = { template: '<div />' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      ...['photos', 'batches', 'surveys', 'login'].map((name) => ({ path: `/${name}`, name, component: blank })),
      { path: '/:rest(.*)*', component: blank },
    ],
  })
  return mount(component, {
    props,
    attachTo: document.body,
    global: { plugins: [createPinia(), i18n, vuetify, router] },
  })
}
