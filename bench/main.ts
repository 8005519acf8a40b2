// `npm run bench`: runs the scenarios in bench/scenarios one after the other and prints what they measured.
// `npm run bench -- --json` prints JSON instead; names run only those: `npm run bench -- drift-repair`.
import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { type Summary, summarise } from "./report/summarise.ts";
import { formatTable } from "./report/table.ts";
import type { Scenario } from "./scenario.ts";

const folder = join(import.meta.dirname, "scenarios");
const stop = new AbortController();

async function scenarios(names: readonly string[]): Promise<readonly Scenario[]> {
	const found: Scenario[] = [];
	for (const file of globSync("*.ts", { cwd: folder }).toSorted()) {
		const module = (await import(join(folder, file))) as { readonly scenario: Scenario };
		found.push(module.scenario);
	}
	const unknown = names.filter((name) => !found.some((scenario) => scenario.name === name));
	if (unknown.length > 0)
		throw new Error(`no scenario is called ${unknown.join(", ")}; there are: ${found.map(({ name }) => name).join(", ")}`);
	return names.length === 0 ? found : found.filter((scenario) => names.includes(scenario.name));
}

async function measure(scenario: Scenario): Promise<readonly Summary[]> {
	const own = await mkdtemp(join(tmpdir(), "gitward-bench-"));
	const progress = (text: string): void => void process.stderr.write(`${scenario.name}: ${text}\n`);
	try {
		progress(scenario.description);
		const figures = await scenario.run({ folder: own, progress, signal: stop.signal });
		return figures.map((figure) => summarise(scenario.name, figure));
	} finally {
		await rm(own, { recursive: true, force: true, maxRetries: 5 });
	}
}

const args = process.argv.slice(2);
process.once("SIGINT", () => stop.abort(new Error("stopped by Ctrl-C")));

const summaries: Summary[] = [];
for (const scenario of await scenarios(args.filter((arg) => !arg.startsWith("-")))) {
	stop.signal.throwIfAborted();
	summaries.push(...(await measure(scenario)));
}
const machine = {
	cpu: cpus()[0]?.model.trim() ?? "unknown",
	cores: cpus().length,
	memoryMiB: Math.round(totalmem() / 2 ** 20),
	node: process.version,
	platform: process.platform,
};
if (args.includes("--json")) console.log(JSON.stringify({ machine, figures: summaries }, undefined, "\t"));
else {
	console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryMiB} MiB, Node ${machine.node}, ${machine.platform}\n`);
	console.log(formatTable(summaries));
}
