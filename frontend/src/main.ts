import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'
import './styles/main.css'
import { installVuetify } from './vuetify'

const app = createApp(App)
app.use(createPinia())
app.use(i18n)
installVuetify(app)
app.use(router)
app.mount('#app')
