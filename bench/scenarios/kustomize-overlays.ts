import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { repositorySchema } from "../../src/core/documents/repository.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { run } from "../../src/lib/exec/run.ts";
import { createSlots } from "../../src/lib/slots.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { FileTree } from "../../src/ports/repository.ts";
import { createRenderers } from "../../src/render/renderers.ts";
import { createRendering } from "../../src/render/rendering.ts";
import { createGitRepositories } from "../../src/repositories/git/repositories.ts";
import { programPath } from "../../test/kubernetes/programs.ts";
import { fillRepository } from "../gitward.ts";
import type { Scenario } from "../scenario.ts";

const overlays = 1000;
const parallel = 2;
/** Applications that the engine works on at once. */
const workers = 64;
const environment = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };

/** One base of 10 Objects, and overlays that differ in a name, a label and a number of replicas. */
function* files(): Generator<readonly [string, string]> {
	const names = Array.from({ length: 6 }, (_, index) => `config-${index}`);
	const object = (apiVersion: string, kind: string, name: string, rest: object): string =>
		JSON.stringify({ apiVersion, kind, metadata: { name }, ...rest });
	for (const name of names) yield [`base/${name}.yaml`, object("v1", "ConfigMap", name, { data: { text: name.repeat(75) } })];
	yield ["base/account.yaml", object("v1", "ServiceAccount", "web", {})];
	yield ["base/role.yaml", object("rbac.authorization.k8s.io/v1", "Role", "web", { rules: [] })];
	yield ["base/service.yaml", object("v1", "Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } })];
	const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx:1.27" }] } };
	const deployment = { spec: { replicas: 0, selector: { matchLabels: { app: "web" } }, template } };
	yield ["base/deployment.yaml", object("apps/v1", "Deployment", "web", deployment)];
	const resources = [...names, "account", "role", "service", "deployment"].map((name) => `${name}.yaml`);
	yield ["base/kustomization.yaml", JSON.stringify({ resources })];
	for (let index = 0; index < overlays; index += 1) {
		const overlay = {
			resources: ["../../base"],
			nameSuffix: `-${index}`,
			labels: [{ pairs: { overlay: String(index) } }],
			replicas: [{ name: "web", count: index % 3 }],
		};
		yield [`overlays/${index}/kustomization.yaml`, JSON.stringify(overlay)];
	}
}

async function openTree(state: string, folder: string): Promise<{ readonly tree: FileTree; readonly close: () => Promise<void> }> {
	const repositories = createGitRepositories({
		mirrors: join(folder, "mirrors"),
		hosted: join(state, "git"),
		base: folder,
		exec: createExec({ environment }),
		credentials: async () => {
			throw new Error("no credentials");
		},
		clock: systemClock,
		log: { debug() {}, info() {}, warn() {}, error() {} },
	});
	const document = { apiVersion: "gitward.dev/v1", kind: "Repository", metadata: { name: "config" }, spec: { url: "hosted:config" } };
	const origin = await repositories.open(repositorySchema.parse(document));
	await origin.fetch();
	return { tree: await origin.tree(await origin.resolve()), close: () => origin.close() };
}

/** `kustomize build` for each overlay of a clone, as plainly as Node can, two at a time; gives the milliseconds. */
async function bareLoop(program: string, clone: string): Promise<number> {
	const slots = createSlots(parallel);
	const started = performance.now();
	const build = (index: number): Promise<unknown> =>
		slots(() => run(program, ["build", `overlays/${index}`], { cwd: clone, env: environment }));
	await Promise.all(Array.from({ length: overlays }, (_, index) => build(index)));
	return performance.now() - started;
}

export const scenario: Scenario = {
	name: "kustomize-overlays",
	description: "1,000 kustomize overlays of one base rendered from Git for the first time, held against a bare loop of `kustomize build`",
	async run({ folder, signal, progress }) {
		const program = programPath("kustomize");
		const state = join(folder, "state");
		const clone = join(folder, "clone");
		execFileSync("mkdir", ["-p", join(state, "git")]);
		await fillRepository(state, files());
		execFileSync("git", ["clone", "--quiet", join(state, "git", "config.git"), clone]);
		const cold: number[] = [];
		const bare: number[] = [];
		const cpu: number[] = [];
		for (let round = 0; round < 3; round += 1) {
			progress(`round ${round + 1} of 3`);
			signal.throwIfAborted();
			bare.push(await bareLoop(program, clone));
			const { tree, close } = await openTree(state, join(folder, `round-${round}`));
			const renderers = createRenderers({
				environment,
				programs: { kustomize: program },
				folder: join(folder, `round-${round}`, "render"),
				credentials: async () => {
					throw new Error("no credentials");
				},
				now: () => performance.now(),
			});
			const rendering = createRendering({ kinds: () => undefined, renderers });
			const before = process.cpuUsage();
			const started = performance.now();
			const renderOne = async (index: number): Promise<number> => {
				const request = {
					application: `app-${index}`,
					environment: "dev",
					target: "kubernetes",
					defaultNamespace: "default",
					repository: "config",
					ref: "main",
					path: `overlays/${index}`,
					values: undefined,
					tree: async () => tree,
				};
				return (await rendering.render(request, { signal })).objects.length;
			};
			const work = createSlots(workers);
			const counts = await Promise.all(Array.from({ length: overlays }, (_, index) => work(() => renderOne(index))));
			cold.push(performance.now() - started);
			const used = process.cpuUsage(before);
			cpu.push((used.user + used.system) / 1000);
			if (counts.some((count) => count !== 10)) throw new Error("an overlay gave another number of Objects");
			await close();
		}
		const median = bare.toSorted((a, b) => a - b)[1] ?? 0;
		return [
			{ name: "1,000 overlays, cold", unit: "ms", samples: cold, bare: median, target: 1.5 },
			{ name: "of that at most 12 s", unit: "s", samples: cold.map((ms) => ms / 1000), target: 12 },
			{ name: "CPU of Gitward itself", unit: "ms", samples: cpu },
		];
	},
};
