import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { programPath } from "../../../test/kubernetes/programs.ts";
import { version } from "../version.ts";
import { manifestText } from "./manifest-text.ts";
import { installation } from "./objects.ts";
import type { Manifest } from "./place.ts";
import { installValuesSchema } from "./values.ts";

const run = promisify(execFile);
const chart = join(import.meta.dirname, "..", "..", "..", "deploy", "chart");
let helm = "";

beforeAll(() => {
	helm = programPath("helm");
});

const place = { name: "keeper", namespace: "ops", version };
type Values = Readonly<Record<string, unknown>>;

/** What `helm template` makes of the chart. */
async function template(values: Values): Promise<readonly Manifest[]> {
	const folder = await mkdtemp(join(tmpdir(), "gitward-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const file = join(folder, "values.yaml");
	await writeFile(file, JSON.stringify(values));
	const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
	const { stdout } = await run(helm, ["template", place.name, chart, "--namespace", place.namespace, "--values", file], { env });
	return read(stdout);
}

/** Reads as Kubernetes does: YAML 1.1. */
function read(text: string): readonly Manifest[] {
	return parseAllDocuments(text, { version: "1.1" })
		.map((document) => document.toJS() as Manifest | null)
		.filter((object) => object !== null);
}

function byKey(objects: readonly Manifest[]): Readonly<Record<string, Manifest>> {
	const entries = objects.map((object) => [`${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`, object] as const);
	expect(new Set(entries.map(([key]) => key)).size).toBe(objects.length);
	return Object.fromEntries(entries);
}

const selector = { app: "gitward" };

/** Each value is another than the default in at least one of them. */
const cases: readonly (readonly [title: string, values: Values])[] = [
	["nothing", {}],
	["namespaces", { namespaces: ["team-a", "team-b"], createNamespace: true }],
	[
		"the whole cluster with TLS",
		{ clusterWide: true, tls: { secret: "gitward-tls" }, publicUrl: "https://gitward.example.com", rbac: { secrets: true } },
	],
	[
		"a mesh, a proxy and authorities of one's own",
		{
			tls: { plainHttp: true },
			ca: { configMap: "bundle", key: "all.pem" },
			proxy: { url: "http://proxy.example.com:3128", except: ".svc,10.0.0.0/8" },
			service: { annotations: { "example.com/exposed": "yes" } },
			networkPolicy: { from: [{ podSelector: { matchLabels: selector } }], egress: [{ ports: [{ port: 443, protocol: "TCP" }] }] },
		},
	],
	[
		"credentials from Secrets",
		{
			control: { url: "ssh://git@git.example.com/acme/control.git#main:gitward", credentials: "control" },
			token: { secret: "token" },
			secrets: ["staging", "registry"],
			proxy: { except: "*" },
			state: { existingClaim: "before" },
			networkPolicy: { create: false },
		},
	],
	[
		"impersonation and roles of one's own",
		{
			namespaces: ["team-a"],
			impersonate: {
				users: ["alice", "system:serviceaccount:team-a:deployer"],
				groups: ["team-a"],
				serviceAccounts: [
					{ namespace: "team-a", name: "deployer" },
					{ namespace: "team-b", name: "deployer" },
				],
			},
			rbac: {
				changes: [{ group: "", names: ["configmaps", "pods/exec"] }],
				reads: [],
				secrets: true,
				clusterReads: [],
				clusterChanges: [],
			},
			serviceAccount: { annotations: { "example.com/role": "0440" } },
		},
	],
	["no roles", { namespaces: ["team-a"], rbac: { create: false }, impersonate: { users: ["alice"] } }],
	["roles without rules", { namespaces: ["team-a"], rbac: { changes: [], reads: [], clusterReads: [] } }],
	[
		"a place in the cluster",
		{
			image: { repository: "registry.example.com:5000/gitward", tag: "1.2.3", pullPolicy: "Always", pullSecrets: ["pull"] },
			state: { size: "20Gi", storageClass: "fast" },
			logLevel: "debug",
			resources: { requests: { cpu: "1" } },
			podAnnotations: { note: "on" },
			podLabels: { team: "platform", "app.kubernetes.io/name": "another" },
			nodeSelector: { zone: "1" },
			tolerations: [{ key: "ops", operator: "Exists" }],
			affinity: {
				nodeAffinity: {
					requiredDuringSchedulingIgnoredDuringExecution: {
						nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] }],
					},
				},
			},
			priorityClassName: "high",
		},
	],
	["an image by its digest", { image: { tag: "1.2.3", digest: `sha256:${"ab".repeat(32)}` } }],
];

describe("the chart and gitward install", () => {
	it.each(cases)("make the same of %s", async (_, values) => {
		const ours = read(manifestText(installation(installValuesSchema.parse(values), place)));
		expect(byKey(await template(values))).toEqual(byKey(ours));
	});

	it("have the same defaults and the same version", async () => {
		const defaults: unknown = parse(await readFile(join(chart, "values.yaml"), "utf8"));
		expect(defaults).toEqual(installValuesSchema.parse({}));
		const { version: chartVersion, appVersion } = parse(await readFile(join(chart, "Chart.yaml"), "utf8")) as Readonly<
			Record<string, unknown>
		>;
		expect({ chartVersion, appVersion }).toEqual({ chartVersion: version, appVersion: version });
	});

	it.each([
		["a namespace that can be none", { namespaces: ["Team A"] }],
		["an unknown value", { clusterwide: true }],
		["a wildcard", { rbac: { changes: [{ group: "", names: ["*"] }] } }],
		["a wildcard group", { rbac: { reads: [{ group: "*", names: ["pods"] }] } }],
		["both ways to listen", { tls: { secret: "a", plainHttp: true } }],
		["a folder as control repository", { control: { url: "./control" } }],
	])("refuse %s", async (_, values) => {
		await expect(template(values)).rejects.toThrow(/values don't meet the specifications|exclude each other/u);
		expect(installValuesSchema.safeParse(values).success).toBe(false);
	});
});
