import vue from '@vitejs/plugin-vue'
import { resolve } from 'node:path'
import { compression } from 'vite-plugin-compression2'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vite'

const at = (path: string) => resolve(import.meta.dirname, path)
const server = process.env.QIANBAO_URL ?? 'http://localhost:8088'

export default defineConfig({
  root: import.meta.dirname,
  resolve: { alias: { '@': at('src') } },
  plugins: [
    vue({ features: { optionsAPI: false } }),
    VitePWA({
      // Registered by base/offline.ts: the policy allows no inline script. The manifests stand in public/.
      injectRegister: null,
      manifest: false,
      registerType: 'autoUpdate',
      workbox: {
        globPatterns: ['*.html', 'assets/*.{js,css,wasm}', '*.svg', '*.webmanifest'],
        globIgnores: ['console.html', 'assets/*chart*', 'assets/console*'],
        navigateFallback: 'index.html',
        navigateFallbackDenylist: [/^\/(api|docs|till|console|sandbox|metrics|healthz|readyz|openapi|ca)\b/],
        runtimeCaching: [
          {
            urlPattern: ({ request, url }) => request.mode === 'navigate' && url.pathname.startsWith('/till'),
            handler: 'NetworkFirst',
            options: { cacheName: 'till' },
          },
        ],
      },
    }),
    compression({ algorithms: ['gzip', 'brotliCompress'], include: /\.(js|css|html|svg|wasm|webmanifest)$/, threshold: 512 }),
  ],
  // Parts of the libraries that no page uses are not sent to a phone.
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  server: { proxy: { '/api': server, '/docs': server, '/openapi.json': server } },
  build: {
    outDir: at('../src/qianbao/api/built'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One style sheet of 18 kB for the three: a file a component would be a dozen requests before the first paint.
    cssCodeSplit: false,
    rollupOptions: {
      input: { wallet: at('index.html'), till: at('till.html'), console: at('console.html') },
      // A file an icon and a file a shared component would be fifty requests on a phone.
      output: {
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules[\\/](@?vue|@intlify)/, priority: 3 },
            { name: 'icons', test: /lucide-vue-next/, priority: 2 },
            { name: 'shared', test: /web[\\/]src[\\/]/, minShareCount: 3, priority: 1 },
          ],
        },
      },
    },
  },
})
