// Brings a fresh checkout to where it can run: npm packages, then the dashboard. Plain JavaScript without dependencies,
// so that any Node from 20 can run it: `npm start` calls it before anything else is there.
import { pathToFileURL } from "node:url";
import { buildDashboard } from "./dashboard.mjs";
import { installPackages } from "./packages.mjs";
import { fail } from "./report.mjs";

/** Installs npm packages and builds the dashboard where they are missing or older than their sources. */
export function setUp({ dashboard }) {
	installPackages();
	if (dashboard) buildDashboard();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	try {
		setUp({ dashboard: !process.argv.includes("--packages") });
	} catch (error) {
		fail(error);
	}
}
