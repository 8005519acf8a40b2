import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "./cluster.ts";
import { programPath } from "./programs.ts";
import { sharedCluster } from "./shared.ts";

const checkout = join(import.meta.dirname, "..", "..");
let cluster: Cluster;
let home = "";
let gitward: ChildProcess | undefined;
let folder = checkout;

/** A block of commands in the README: what kind it is, and its lines. */
interface Block {
	readonly heading: string;
	readonly kind: string;
	readonly commands: readonly string[];
}

async function readBlocks(): Promise<readonly Block[]> {
	const text = await readFile(join(checkout, "examples", "kubernetes", "README.md"), "utf8");
	const blocks: Block[] = [];
	let heading = "";
	for (const [, title, kind, body] of text.matchAll(/^## (.*)$|^```sh ?(.*)\n([^`]*)```$/gmu)) {
		if (title !== undefined) heading = title;
		else blocks.push({ heading, kind: kind ?? "", commands: (body ?? "").trimEnd().split("\n") });
	}
	return blocks;
}

/** As a new user's shell: a home of its own, and the programs that the README names. */
function environment(): Record<string, string> {
	const path = [join(home, "bin"), ...["kustomize", "helm"].map((name) => dirname(programPath(name))), process.env["PATH"] ?? ""];
	return { PATH: path.join(delimiter), HOME: home, LANG: "C.UTF-8", KUBECONFIG: cluster.kubeconfig };
}

/** Runs one line in a shell; where it changes the folder, the next ones run there. */
async function shell(command: string, codes: readonly number[] = [0]): Promise<string> {
	const line = command.startsWith("cd ") ? `${command} && pwd` : command;
	const { code, output, errors } = await new Promise<{ code: number; output: string; errors: string }>((resolve) => {
		execFile("bash", ["-c", line], { cwd: folder, env: environment(), timeout: 120_000 }, (error, output, errors) =>
			resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, output, errors }),
		);
	});
	if (!codes.includes(code)) throw new Error(`${command} ended with ${code}\n${output}${errors}`);
	if (command.startsWith("cd ")) folder = output.trim();
	return output;
}

async function start(command: string): Promise<void> {
	const child = spawn("bash", ["-c", `exec ${command} --listen 127.0.0.1:0`], {
		cwd: folder,
		env: environment(),
		stdio: ["ignore", "pipe", "inherit"],
	});
	gitward = child;
	for await (const line of createInterface({ input: child.stdout })) if (line.includes("gitward status")) break;
	child.stdout.resume();
	expect(child.exitCode).toBe(null);
}

async function stop(): Promise<void> {
	if (gitward === undefined || gitward.exitCode !== null) return;
	const ended = once(gitward, "exit");
	gitward.kill("SIGINT");
	await ended;
	expect(gitward.exitCode).toBe(0);
}

beforeAll(async () => {
	cluster = sharedCluster();
	home = await mkdtemp(join(tmpdir(), "gitward-example-"));
	await mkdir(join(home, "bin"));
	await symlink(join(checkout, "bin", "gitward"), join(home, "bin", "gitward"));
	await writeFile(join(home, ".gitconfig"), "[user]\n\tname = You\n\temail = you@example.com\n");
});

afterAll(async () => {
	await stop();
	await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

it("the example runs as its README says", async () => {
	const outputs = new Map<string, string>();
	const outputOf = (section: string, start: string): string => outputs.get(`${section}: ${start}`) ?? "";
	for (const { heading, kind, commands } of await readBlocks()) {
		if (kind === "end") await stop();
		for (const command of commands) {
			if (kind === "up") await start(command);
			else {
				const output = await shell(command, command === "gitward plan" ? [1] : [0]);
				outputs.set(`${heading}: ${command.split(" ").slice(0, 5).join(" ")}`, output);
			}
		}
	}
	expect([...outputs.keys()].length).toBeGreaterThan(20);

	expect(outputOf("Look", "gitward status")).toContain("all 4 Applications as Git says and healthy");
	expect(outputOf("Look", "gitward tree shop-dev")).toMatch(/Deployment[^]*ReplicaSet[^]*Pod/u);
	expect(outputOf("Look", "kubectl get deployments --all-namespaces --selector").match(/ (hello|shop|notes) /gu)).toHaveLength(4);

	expect(outputOf("Change", "gitward plan")).toMatch(/with tea/u);
	const pages = (section: string, namespace: string): readonly string[] =>
		outputOf(section, `kubectl --namespace ${namespace} get configmaps`).match(/^shop-[a-z0-9]+/gmu) ?? [];
	const [tea, ...others] = pages("Change", "example-dev");
	expect(tea).toBeDefined();
	expect(others).toEqual([]);

	expect(outputOf("Drift", "kubectl --namespace example-production get deployment")).toBe("3\n");
	expect(outputOf("Drift", "gitward events --application shop-production --limit")).toMatch(/replicas/u);

	expect(pages("Roll back", "example-production")).toHaveLength(1);
	expect(pages("Roll back", "example-production")).not.toEqual([tea]);
	expect(outputOf("Roll back", "gitward status shop-production")).toContain("RolledBack");
	expect(outputOf("Roll back", "gitward history shop-production").trim().split("\n").length).toBeGreaterThan(3);
	for (const namespace of ["example-dev", "example-production"])
		await cluster.until(
			`/api/v1/namespaces/${namespace}`,
			({ metadata }) => metadata === undefined || metadata.deletionTimestamp !== undefined,
		);
});
