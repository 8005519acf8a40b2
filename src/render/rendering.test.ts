import { describe, expect, it } from "vitest";
import type { DesiredObject } from "../core/object.ts";
import type { Renderer } from "../ports/renderer.ts";
import { errorOf, fileYaml, renderFiles, treeOf } from "./fixture.ts";
import { createRendering } from "./rendering.ts";

const object = (kind: string, name: string, spec: unknown, metadata: object = {}): string =>
	JSON.stringify({ apiVersion: "host.gitward.dev/v1", kind, metadata: { name, ...metadata }, spec });
const specs = (objects: readonly DesiredObject[]): Readonly<Record<string, unknown>> =>
	Object.fromEntries(objects.map(({ metadata, spec }) => [metadata.name, spec]));

describe("sources", () => {
	it("puts the content of a file in its place, text or not, from this Repository and others", async () => {
		const { objects, inputs } = await renderFiles(
			{
				"app/a.json": object("File", "near", { source: "./files/server.mjs" }),
				"app/b.json": object("File", "root", { source: { path: "lib/x.txt" } }),
				"app/c.json": object("File", "other", { source: { repository: "shop", ref: "v1", path: "bin" } }),
				"app/files/server.mjs": "run()",
				"lib/x.txt": "é",
			},
			{},
			{ others: { shop: treeOf({ bin: Buffer.from([0, 255]) }, "shop") } },
		);
		expect(specs(objects)).toEqual({ near: { content: "run()" }, root: { content: "é" }, other: { contentBase64: "AP8=" } });
		expect(inputs.map(({ repository, ref, path }) => `${repository} ${ref} ${path}`)).toEqual(["env main app", "env main lib", "shop v1 "]);
	});

	it("reads no manifest out of what is content", async () => {
		const { objects } = await renderFiles({
			"app/a.json": object("File", "conf", { source: "conf.yaml" }),
			"app/b.json": object("Directory", "site", { source: "site" }),
			"app/conf.yaml": "replicas: [broken",
			"app/site/values.yaml": "a: 1",
			"app/site/deep/object.yaml": fileYaml("inner"),
		});
		expect(specs(objects)).toEqual({
			conf: { content: "replicas: [broken" },
			site: {},
			"site/deep/object.yaml": { path: "site/deep/object.yaml", content: fileYaml("inner") },
			"site/values.yaml": { path: "site/values.yaml", content: "a: 1" },
		});
	});

	it("gives the files of a Directory its path, namespace and annotations", async () => {
		const { objects } = await renderFiles({
			"app/a.json": object(
				"Directory",
				"site",
				{ source: "site", path: "/www", mode: "0750" },
				{ annotations: { "gitward.dev/wave": "2" } },
			),
			"app/site/a.txt": "a",
		});
		expect(objects).toEqual([
			{
				apiVersion: "host.gitward.dev/v1",
				kind: "Directory",
				metadata: { name: "site", namespace: "shop", annotations: { "gitward.dev/wave": "2" } },
				spec: { path: "/www", mode: "0750" },
			},
			{
				apiVersion: "host.gitward.dev/v1",
				kind: "File",
				metadata: { name: "site/a.txt", namespace: "shop", annotations: { "gitward.dev/wave": "2" } },
				spec: { path: "/www/a.txt", content: "a" },
			},
		]);
	});

	it("names an Archive by what git calls it", async () => {
		const { objects } = await renderFiles({ "app/a.json": object("Archive", "dist", { source: "dist.tgz" }), "app/dist.tgz": "hello\n" });
		expect(specs(objects)).toEqual({ dist: { blob: "git/env/ce013625030ba8dba906f756967f9e9ca394464a", format: "tar.gz" } });
	});

	it.each([
		[object("File", "a", { source: "../../etc/passwd" }), "PathOutsideTree"],
		[object("File", "a", { source: "/etc/passwd" }), "PathOutsideTree"],
		[object("File", "a", { source: { path: "../x" } }), "PathOutsideTree"],
		[object("File", "a", { source: "nothing" }), "SourceMissing"],
		[object("Directory", "a", { source: "nothing" }), "SourceMissing"],
		[object("File", "a", { source: "folder" }), "SourceInvalid"],
		[object("File", "a", { source: { pth: "x" } }), "SourceInvalid"],
		[object("File", "a", { source: 3 }), "SourceInvalid"],
		[object("File", "a", { source: "large" }), "FileTooLarge"],
		[object("Archive", "a", { blob: `git/secrets/${"a".repeat(40)}` }), "SourceInvalid"],
		[object("File", "a", { source: { repository: "nobody", path: "x" } }), "RepositoryNotFound"],
	])("refuses %s as %s", async (text, code) => {
		const files = { "app/a.json": text, "app/folder/x": "", "app/large": Buffer.alloc(1024 * 1024 + 1) };
		const error = await errorOf(renderFiles(files));
		expect(error.code).toBe(code);
	});

	it("takes in no more than an Application may hold", async () => {
		const large = Buffer.alloc(1024 * 1024, "x");
		const files = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`app/site/${index}.txt`, large]));
		expect(await errorOf(renderFiles({ "app/a.json": object("Directory", "site", { source: "site" }), ...files }))).toMatchObject({
			code: "TooMuch",
		});
	});

	it("becomes no more by aliases, by what a Directory hands on, or by a patch", async () => {
		const large = "x".repeat(700_000);
		const aliases = Array.from({ length: 99 }, (_, index) => `A${index}: *a`).join(", ");
		const process = `apiVersion: host.gitward.dev/v1\nkind: Process\nmetadata: {name: web}\nspec: {command: [web], env: {A: &a ${large}, ${aliases}}}\n`;
		expect(await errorOf(renderFiles({ "app/a.yaml": process }))).toMatchObject({ code: "TooMuch" });

		const files = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`app/site/${index}.txt`, "x"]));
		const site = object("Directory", "site", { source: "site" }, { annotations: { a: large } });
		expect(await errorOf(renderFiles({ "app/a.json": site, ...files }))).toMatchObject({ code: "TooMuch" });

		const overlay = `apiVersion: gitward.dev/v1\nkind: Overlay\nspec:\n  patches: [{target: {kind: File}, merge: {metadata: {annotations: {a: ${large}}}}}]\n`;
		const many = Object.fromEntries(
			Array.from({ length: 100 }, (_, index) => [`app/${index}.json`, object("File", `f${index}`, { content: "" })]),
		);
		expect((await errorOf(renderFiles({ "app/overlay.yaml": overlay, ...many }))).message).toContain("64 MiB");
	});
});

describe("what a Process runs from", () => {
	const files = {
		"app/web.json": object("Process", "web", { command: ["node"] }),
		"app/named.json": object("Process", "named", { command: ["node"], restartOn: ["site"] }),
		"app/none.json": object("Process", "none", { command: ["node"], restartOn: [] }),
		"app/conf.json": object("File", "conf", { content: "1" }),
		"app/site.json": object("Directory", "site", { source: "site" }),
		"app/site/index.html": "1",
		"app/far.json": object("File", "far", { content: "1" }, { namespace: "elsewhere" }),
	};
	const inputsOf = async (changed: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, unknown>>> => {
		const { objects } = await renderFiles({ ...files, ...changed });
		const all = specs(objects) as Readonly<Record<string, { readonly inputs?: string; readonly restartOn?: unknown }>>;
		expect(all.named?.restartOn).toBeUndefined();
		return { web: all.web?.inputs, named: all.named?.inputs, none: all.none?.inputs };
	};

	it("is told by a digest of the Files, Directories and Archives beside it, or of those that it names", async () => {
		const before = await inputsOf();
		expect(before).toEqual({
			web: expect.stringMatching(/^[0-9a-f]{64}$/u),
			named: expect.stringMatching(/^[0-9a-f]{64}$/u),
			none: undefined,
		});
		expect(await inputsOf()).toEqual(before);
		const conf = await inputsOf({ "app/conf.json": object("File", "conf", { content: "2" }) });
		expect([conf.web !== before.web, conf.named !== before.named]).toEqual([true, false]);
		const site = await inputsOf({ "app/site/index.html": "2" });
		expect([site.web !== before.web, site.named !== before.named]).toEqual([true, true]);
		expect(await inputsOf({ "app/far.json": object("File", "far", { content: "2" }, { namespace: "elsewhere" }) })).toEqual(before);
	});

	it("proposes the name that restartOn may have meant", async () => {
		const error = await errorOf(
			renderFiles({ ...files, "app/web.json": object("Process", "web", { command: ["node"], restartOn: ["cnf"] }) }),
		);
		expect(error).toMatchObject({ code: "RestartOnUnknown", hint: "Did you mean conf?", place: { file: "app/web.json" } });
	});
});

describe("checks", () => {
	it("gives every Object a namespace", async () => {
		const { objects } = await renderFiles({ "app/a.yaml": fileYaml("a"), "app/b.yaml": fileYaml("b", "", ", namespace: own") });
		expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(["shop", "own"]);
	});

	it("names both places of an Object that is there twice, in whatever version of its API", async () => {
		const error = await errorOf(
			renderFiles({ "app/a.yaml": fileYaml("a"), "app/sub/b.yaml": `# second\n${fileYaml("a", "", ", namespace: shop")}` }),
		);
		expect(error).toMatchObject({ code: "ObjectTwice", place: { file: "app/sub/b.yaml", line: 4 } });
		expect(error.message).toContain("app/a.yaml:3");
	});

	it("tells every wrong field at once, with place, quote and the nearest key", async () => {
		const text = "apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: a}\nspec:\n  contnt: x\n  mode: 644\n";
		const error = await errorOf(renderFiles({ "app/a.yaml": text }));
		expect(error).toMatchObject({ code: "ManifestInvalid", kind: "invalid" });
		expect(error.message).toContain("app/a.yaml:5:3");
		expect(error.message).toContain("  contnt: x");
		expect(error.message).toContain("Did you mean content?");
		expect(error.message).toContain("app/a.yaml:6:9");
	});

	it("proposes the kind and the version that a manifest may have meant", async () => {
		const kind = await errorOf(renderFiles({ "app/a.yaml": fileYaml("a").replace("kind: File", "kind: Flie") }));
		expect(kind.message).toContain("Did you mean File?");
		const version = await errorOf(renderFiles({ "app/a.yaml": fileYaml("a").replace("dev/v1", "dev/v2") }));
		expect(version.message).toContain("host.gitward.dev/v1");
	});

	it("leaves kinds that only the target knows to it", async () => {
		const { objects } = await renderFiles(
			{ "app/a.yaml": "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nany: thing\n" },
			{ target: "kubernetes" },
		);
		expect(objects).toHaveLength(1);
	});
});

describe("what a render read", () => {
	it("is the folder alone, where everything stands in it", async () => {
		const tree = treeOf({ "app/a.yaml": fileYaml("a"), "app/sub/b.yaml": fileYaml("b"), "other/c.yaml": "" });
		const { inputs } = await renderFiles(tree);
		expect(inputs).toEqual([{ repository: "env", ref: "main", path: "app", oid: await tree.oid("app") }]);
	});

	it("is each base and each file of values too, and what was not there", async () => {
		const files = {
			"app/overlay.yaml": "apiVersion: gitward.dev/v1\nkind: Overlay\nspec: {base: ../base, valuesFrom: [../values/dev.yaml]}\n",
			"base/a.yaml": fileYaml("a"),
			"values/dev.yaml": "a: 1",
		};
		const { inputs } = await renderFiles(files);
		expect(inputs.map(({ path }) => path).toSorted()).toEqual(["app", "base", "values/dev.yaml"]);
		expect(
			(await renderFiles({ "app.yaml": fileYaml("a") }, { path: "app.yaml" })).inputs.map(({ path, oid }) => [path, oid !== null]),
		).toEqual([["app.yaml", true]]);
	});

	it("holds what a symbolic link leads to", async () => {
		const plain = treeOf({ "app/a.yaml": fileYaml("a"), "shared/b.yaml": fileYaml("b") });
		const through = (path: string): string => path.replace(/^app\/link/u, "shared");
		const linked = {
			...plain,
			oid: async (path: string) => plain.oid(through(path)),
			read: async (path: string) => plain.read(through(path)),
			list: async (path: string) => {
				const entries = await plain.list(through(path));
				return path === "app" ? [...entries, { name: "link", type: "link" as const, executable: false, oid: "text of the link" }] : entries;
			},
		};
		const { objects, inputs } = await renderFiles(linked);
		expect(objects).toHaveLength(2);
		expect(inputs.map(({ path, oid }) => [path, oid])).toEqual([
			["app", await plain.oid("app")],
			["app/link", await plain.oid("shared")],
		]);
	});
});

describe("other renderers", () => {
	it("are asked first, and checked the same", async () => {
		const renderer: Renderer = {
			name: "kustomize",
			detect: async ({ tree, path }) => (await tree.oid(`${path}/kustomization.yaml`)) !== undefined,
			render: async () => ({
				objects: [{ object: { apiVersion: "v1", kind: "X", metadata: { name: "made" } }, file: "app" }],
				warnings: ["old field"],
			}),
		};
		const rendering = createRendering({ kinds: () => undefined, renderers: [renderer] });
		const request = {
			application: "shop",
			environment: "dev",
			target: "kubernetes",
			defaultNamespace: "default",
			repository: "env",
			ref: "main",
			path: "app",
			values: undefined,
		};
		const kustomized = await rendering.render({ ...request, tree: async () => treeOf({ "app/kustomization.yaml": "" }) });
		expect(kustomized).toMatchObject({ objects: [{ metadata: { name: "made", namespace: "default" } }], warnings: ["old field"] });
		const plain = await rendering.render({ ...request, tree: async () => treeOf({ "app/a.yaml": fileYaml("a") }) });
		expect(plain.objects[0]?.metadata.name).toBe("a");
	});
});
