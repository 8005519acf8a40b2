import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config } from "zod";
import { createQueries } from "./api/queries.ts";
import { App } from "./app.tsx";
import { takeToken } from "./session/take-token.ts";
// oxlint-disable-next-line import/no-unassigned-import -- Vite makes a stylesheet of it
import "./styles.css";

// The page's policy forbids code made from text, which zod would try for speed.
config({ jitless: true });

const token = takeToken();
const root = document.getElementById("root");
if (root !== null) {
	createRoot(root).render(
		<StrictMode>
			<QueryClientProvider client={createQueries()}>
				<App token={token} />
			</QueryClientProvider>
		</StrictMode>,
	);
}
