import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Everything is a file of its own origin, so that `default-src 'self'` holds: no inlined assets, no polyfill script.
const config = defineConfig({
	plugins: [react(), tailwindcss()],
	build: { outDir: "../dist/ui", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
	server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:7474" } },
});

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration from the default export.
export default config;
