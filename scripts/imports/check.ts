// Checks every import of the checkout against the rooms of the design (see ARCHITECTURE.md).
import { globSync, readFileSync } from "node:fs";
import { importsOf } from "./imports-of.ts";
import { objection } from "./rooms.ts";

const files = globSync(["src/**/*.ts", "ui/**/*.{ts,tsx}", "test/**/*.ts", "bench/**/*.ts"]).toSorted();
const objections = files.flatMap((from) =>
	importsOf(from, readFileSync(from, "utf8")).flatMap((to) => {
		const reason = objection({ from, to });
		return reason === undefined ? [] : [`${from}: imports ${to}: ${reason}`];
	}),
);
for (const line of objections) console.error(line);
console.log(`${files.length} files, ${objections.length} imports against the rules`);
process.exitCode = objections.length === 0 ? 0 : 1;
