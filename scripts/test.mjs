// `npm test`: installs what is missing and runs every check. `--fast` leaves out integration and end to end; names run only those:
// `npm test -- lint unit`. The last line is always `N passed, N failed`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checks } from "./checks.mjs";
import { installPackages } from "./packages.mjs";
import { innerEnvironment, node, root } from "./paths.mjs";
import { installPrograms } from "./programs.mjs";
import { fail, SetupError, seconds } from "./report.mjs";
import { setUp } from "./setup.mjs";

const args = process.argv.slice(2);
const fast = args.includes("--fast");
const names = args.filter((arg) => !arg.startsWith("--"));
const scratch = mkdtempSync(join(tmpdir(), "gitward-checks-"));
const outputLimit = 16 * 1024 * 1024;

/** Runs a program of the checkout with its Node; resolves to its exit code and what it printed. */
function run(command) {
	return new Promise((resolve) => {
		const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...command], {
			cwd: root,
			env: innerEnvironment(),
			stdio: ["ignore", "pipe", "pipe"],
		});
		const chunks = [];
		let size = 0;
		const keep = (chunk) => {
			size += chunk.length;
			if (size <= outputLimit) chunks.push(chunk);
		};
		child.stdout.on("data", keep);
		child.stderr.on("data", keep);
		child.on("error", (error) => resolve({ code: 1, output: error.message }));
		child.on("close", (code, signal) =>
			resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() + (signal === null ? "" : `\nended by ${signal}\n`) }),
		);
	});
}

/** Runs one project of Vitest; every test in it counts. */
async function runTests(project) {
	const report = join(scratch, `${project}.json`);
	const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
	const result = await run([
		vitest,
		"run",
		"--project",
		project,
		"--passWithNoTests",
		"--reporter=default",
		"--reporter=json",
		`--outputFile.json=${report}`,
	]);
	let passed = 0;
	let failed = 0;
	try {
		const counts = JSON.parse(readFileSync(report, "utf8"));
		passed = counts.numPassedTests;
		failed = counts.numFailedTests;
	} catch {
		// Vitest ended before it could write its report: what it printed says why.
	}
	return { ...result, passed, failed: result.code === 0 ? failed : Math.max(1, failed) };
}

async function runCheck(check) {
	if (check.tests !== undefined) return runTests(check.tests);
	for (const command of check.commands) {
		const result = await run(command);
		if (result.code !== 0) return { ...result, passed: 0, failed: 1 };
	}
	return { code: 0, output: "", passed: 1, failed: 0 };
}

function selected() {
	const unknown = names.filter((name) => !checks.some((check) => check.name === name || check.tests === name));
	if (unknown.length > 0)
		throw new SetupError(
			`no check is called ${unknown.join(", ")}; there are ${checks.map((check) => check.tests ?? check.name).join(", ")}.`,
		);
	return checks.filter((check) => (names.length === 0 ? !(fast && check.slow) : names.includes(check.name) || names.includes(check.tests)));
}

async function main() {
	const wanted = selected();
	const projects = wanted.flatMap((check) => check.tests ?? []);
	if (wanted.some((check) => check.tests !== undefined && check.slow)) setUp({ dashboard: true });
	else installPackages();
	const leftOut = projects.length > 0 ? installPrograms(projects) : [];
	let passed = 0;
	let failed = 0;
	for (const check of wanted) {
		const started = performance.now();
		process.stdout.write(`${check.name} … `);
		const result = await runCheck(check);
		passed += result.passed;
		failed += result.failed;
		const count = check.tests === undefined ? "" : `${result.passed} tests, `;
		console.log(`${result.failed === 0 ? "ok" : "FAILED"} (${count}${seconds(performance.now() - started)})`);
		if (result.failed > 0) {
			console.log(`\n${result.output.trimEnd()}\n\n${check.name} failed. What to do: ${check.fix}`);
			break;
		}
	}
	if (leftOut.length > 0) console.log(`left out: ${leftOut.join(", ")}`);
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed === 0 ? 0 : 1;
}

try {
	await main();
} catch (error) {
	fail(error);
	console.log("0 passed, 1 failed");
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
