import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type Cli, createCli } from "../../../test/cli/run-cli.ts";

let cli: Cli;
beforeEach(async () => {
	cli = await createCli();
});
afterEach(() => cli.remove());

interface Printed {
	readonly kind: string;
	readonly metadata: { readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> };
	readonly rules?: readonly {
		readonly verbs: readonly string[];
		readonly resources: readonly string[];
		readonly apiGroups: readonly string[];
	}[];
}

function read(text: string): readonly Printed[] {
	return parseAllDocuments(text, { version: "1.1" }).map((document) => document.toJS() as Printed);
}

describe("install", () => {
	it("prints what stands ready in deploy/manifests", async () => {
		const { out, code } = await cli.run(["install", "--print", "--create-namespace", "--namespaces", "default"]);
		expect(code).toBe(0);
		const ready = await readFile(join(import.meta.dirname, "..", "..", "..", "deploy", "manifests", "install.yaml"), "utf8");
		expect(read(ready)).toEqual(read(out));
	});

	it("gives no right that was not asked for", async () => {
		const printed = async (...args: readonly string[]): Promise<readonly Printed[]> =>
			read((await cli.run(["install", "--print", ...args])).out);
		const rules = (objects: readonly Printed[], kind: string) =>
			objects.filter((object) => object.kind === kind).flatMap((object) => object.rules ?? []);
		const nothing = await printed();
		expect(nothing.filter(({ kind }) => kind === "Role")).toEqual([]);
		expect(rules(nothing, "ClusterRole").flatMap(({ verbs }) => verbs)).not.toContain("patch");
		const some = await printed("--namespaces", "team-a, team-b");
		expect(some.filter(({ kind }) => kind === "RoleBinding").map(({ metadata }) => metadata.namespace)).toEqual(["team-a", "team-b"]);
		const all = await printed("--cluster-wide");
		expect(rules(all, "ClusterRole").some(({ resources, verbs }) => resources.includes("deployments") && verbs.includes("patch"))).toBe(
			true,
		);
		for (const rule of [nothing, some, all].flatMap((objects) => [...rules(objects, "ClusterRole"), ...rules(objects, "Role")])) {
			expect([...rule.verbs, ...rule.resources, ...rule.apiGroups]).not.toContain("*");
			expect(rule.resources).not.toContain("secrets");
			for (const verb of ["impersonate", "escalate", "bind"]) expect(rule.verbs).not.toContain(verb);
		}
	});

	it("takes a file of values, as Helm reads it, and options before them", async () => {
		await writeFile(
			join(cli.home, "values.yaml"),
			"control: {url: 'hosted:mine', credentials: mine}\nserviceAccount: {annotations: {answer: 'yes'}}\nclusterWide: off\n",
		);
		const { out } = await cli.run(["install", "--print", "--values", "values.yaml", "--control", "https://git.example.com/control.git"]);
		expect(out).toContain("https://git.example.com/control.git");
		expect(out).toContain("secretName: mine");
		const account = read(out).find(({ kind }) => kind === "ServiceAccount");
		expect(account?.metadata.annotations).toEqual({ answer: "yes" });
		const image = await cli.run(["install", "--print", "--image", "registry.example.com:5000/ops/gitward:1.2"]);
		expect(image.out).toContain("image: registry.example.com:5000/ops/gitward:1.2\n");
	});

	it("says what is wrong, and does nothing to a cluster", async () => {
		expect(await cli.run(["install"])).toMatchObject({ code: 2, out: "" });
		const wrong = await cli.run(["install", "--print", "--control", "./folder"]);
		expect(wrong.code).toBe(2);
		expect(wrong.err).toContain("control.url");
		await writeFile(join(cli.home, "values.yaml"), "clusterwide: true\n");
		const unknown = await cli.run(["install", "--print", "--values", "values.yaml"]);
		expect(unknown.err).toContain("clusterwide");
		expect(unknown.out).toBe("");
		expect((await cli.run(["install", "--print", "--namespace", "Not A Name"])).code).toBe(2);
	});
});
