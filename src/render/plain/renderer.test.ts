import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DesiredObject } from "../../core/object.ts";
import { errorOf, fileYaml, renderFiles } from "../fixture.ts";

const names = (objects: readonly DesiredObject[]): readonly string[] => objects.map(({ metadata }) => metadata.name);
const spec = (object: DesiredObject | undefined): Readonly<Record<string, unknown>> => object?.spec as Readonly<Record<string, unknown>>;

describe("plain YAML and JSON", () => {
	it("reads every manifest beneath the path, in order of the names, and nothing hidden", async () => {
		const { objects } = await renderFiles({
			"app/b.yml": fileYaml("b"),
			"app/a.yaml": `${fileYaml("a1")}---\n${fileYaml("a2")}---\n`,
			"app/deep/er/c.json": JSON.stringify({
				apiVersion: "host.gitward.dev/v1",
				kind: "File",
				metadata: { name: "c" },
				spec: { content: "" },
			}),
			"app/.hidden.yaml": "{",
			"app/.git-keep/x.yaml": "{",
			"app/readme.md": "no manifest",
			"app/package.json": '{"name": "shop"}',
			"other/d.yaml": fileYaml("d"),
		});
		expect(names(objects)).toEqual(["a1", "a2", "b", "c"]);
	});

	it("takes a single file as path, and the root", async () => {
		expect(
			names((await renderFiles({ "app/a.yaml": fileYaml("a"), "app/b.yaml": fileYaml("b") }, { path: "app/b.yaml" })).objects),
		).toEqual(["b"]);
		expect(names((await renderFiles({ "a.yaml": fileYaml("a") }, { path: "." })).objects)).toEqual(["a"]);
	});

	it("renders an empty folder to nothing, but a missing one to an error", async () => {
		expect((await renderFiles({ "app/readme.md": "" })).objects).toEqual([]);
		expect(await errorOf(renderFiles({ "other/a.yaml": "" }))).toMatchObject({ kind: "notFound", code: "PathMissing" });
	});

	it("opens Lists, also in Lists", async () => {
		const item = { apiVersion: "host.gitward.dev/v1", kind: "File", metadata: { name: "x" }, spec: { content: "" } };
		const inner = { apiVersion: "v1", kind: "FileList", items: [item] };
		expect(
			names((await renderFiles({ "app/a.yaml": JSON.stringify({ apiVersion: "v1", kind: "List", items: [inner] }) })).objects),
		).toEqual(["x"]);
	});

	it.each([
		["broken.yaml", "a: [1\nb: 2\n", { line: 2 }],
		["twice.yaml", "a: 1\na: 2\n", { line: 2, column: 1, quote: "a: 2" }],
		["tab.yaml", "a:\n\tb: 1\n", { line: 2 }],
		["values.yaml", "replicas: 3\n", { line: 1 }],
		["text.yaml", "just text\n", { line: 1 }],
		["name.yaml", "apiVersion: v1\nkind: X\nmetadata:\n  nme: a\n", { line: 4, key: "metadata.name" }],
		["half.yaml", "kind: X\nmetadata: {name: a}\n", { key: "apiVersion" }],
		["deep.yaml", `a: ${"[".repeat(100)}${"]".repeat(100)}\n`, {}],
		["deeper.yaml", `a: ${"[".repeat(100_000)}`, {}],
		["anchors.yaml", `a: &a x\nb: [${"*a, ".repeat(101)}]\n`, {}],
		["nul.yaml", "a: \0\n", {}],
		["latin.yaml", Buffer.from([0x61, 0x3a, 0x20, 0xe9]), {}],
		["alias.yaml", "a: *nothing\n", { line: 1 }],
		["cycle.yaml", "a: &a\n  b: *a\n", {}],
		["large.yaml", `a: ${"x".repeat(1024 * 1024)}`, {}],
	])("refuses %s with its place", async (file, text, place) => {
		const error = await errorOf(renderFiles({ [`app/${file}`]: text, "app/good.yaml": fileYaml("good") }));
		expect(error).toMatchObject({ kind: "invalid", place: { file: `app/${file}`, ...place } });
		expect(error.message).toContain(`app/${file}`);
	});

	it("refuses a bomb of aliases before it expands", async () => {
		const lines = Array.from(
			{ length: 9 },
			(_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(", ")}]`,
		);
		const error = await errorOf(renderFiles({ "app/bomb.yaml": `l0: &l0 [x]\n${lines.join("\n")}\n` }));
		expect(error).toMatchObject({ kind: "invalid", place: { file: "app/bomb.yaml" } });
	});

	it("follows aliases and merge keys that stay small", async () => {
		const { objects } = await renderFiles({
			"app/a.yaml": `apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: &m {name: a, labels: &l {x: "1"}}\nspec: {content: ""}\n---\napiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: b, labels: {<<: {y: "2"}, z: "3"}}\nspec: {content: ""}\n`,
		});
		expect(objects[1]?.metadata.labels).toEqual({ y: "2", z: "3" });
	});

	it("reads scalars by YAML 1.2 for a host, and as Kubernetes does for it", async () => {
		const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {on: yes, mode: 0644}\n";
		const kubernetes = await renderFiles({ "app/a.yaml": text }, { target: "kubernetes" });
		expect(kubernetes.objects[0]?.data).toEqual({ true: true, mode: 420 });
		const host = await renderFiles({ "app/a.yaml": fileYaml("a", "x", ", labels: {on: yes}") });
		expect(host.objects[0]?.metadata.labels).toEqual({ on: "yes" });
	});

	it("says what a document of Gitward does among manifests, and passes over Flows", async () => {
		const document = (kind: string): string => `apiVersion: gitward.dev/v1\nkind: ${kind}\nmetadata: {name: a}\nspec: {}\n`;
		expect((await renderFiles({ "app/flow.yaml": document("Flow") })).objects).toEqual([]);
		expect((await errorOf(renderFiles({ "app/sub/overlay.yaml": document("Overlay") }))).hint).toContain("overlay.yaml");
		expect((await errorOf(renderFiles({ "app/a.yaml": document("Application") }))).hint).toContain("--control");
	});

	it("stops at more Objects than one Application may have", async () => {
		const many = (prefix: string): string =>
			Array.from({ length: 5001 }, (_, index) => `apiVersion: v1\nkind: X\nmetadata: {name: ${prefix}${index}}\n`).join("---\n");
		expect(await errorOf(renderFiles({ "app/a.yaml": many("a"), "app/b.yaml": many("b") }, { target: "kubernetes" }))).toMatchObject({
			code: "TooMuch",
		});
	});

	it("ends with Objects or with an error of ours, whatever the text", async () => {
		const parts = fc.constantFrom(
			"a",
			": ",
			"- ",
			"\n",
			"  ",
			"[",
			"]",
			"{",
			"}",
			"&x ",
			"*x",
			"|",
			">",
			"'",
			'"',
			"\t",
			"!!int ",
			"<<",
			"---\n",
			"\0",
			"${{ values }}",
			"kind: List\n",
			"items:\n",
			"apiVersion: v1\n",
			"metadata: {name: a}\n",
		);
		const text = fc.oneof(
			fc.string({ unit: "binary" }),
			fc.array(parts, { maxLength: 40 }).map((each) => each.join("")),
		);
		await fc.assert(
			fc.asyncProperty(
				text,
				fc.constantFrom("a.yaml", "a.json", "overlay.yaml"),
				fc.constantFrom("host", "kubernetes"),
				async (content, file, target) => {
					const result = await renderFiles({ [`app/${file}`]: content }, { target, values: {} }).catch((error: unknown) => error);
					if (result instanceof Error) expect(result).toMatchObject({ name: "AppError", kind: "invalid" });
				},
			),
			{ numRuns: 400 },
		);
	});

	it("stops when it is told to", async () => {
		const abort = new AbortController();
		abort.abort(new Error("enough"));
		await expect(renderFiles({ "app/a.yaml": fileYaml("a") }, {}, { signal: abort.signal })).rejects.toThrow("enough");
	});
});

describe("overlays", () => {
	const base = {
		"base/web.yaml":
			'apiVersion: host.gitward.dev/v1\nkind: Process\nmetadata: {name: web}\nspec:\n  command: [node, "server.mjs"]\n  env: {LEVEL: "${{ values.level }}", KEEP: "1"}\n  ports: [{name: http, port: 8080}, {name: admin, port: 9090}]\n',
		"base/conf.yaml": fileYaml("conf", "level=${{ values.level }}"),
	};
	const overlay = (text: string): string => `apiVersion: gitward.dev/v1\nkind: Overlay\nspec:\n  base: ../base\n${text}`;

	it("lays values, merges and JSON patches over a base, and adds its own Objects", async () => {
		const { objects } = await renderFiles({
			...base,
			"app/overlay.yaml": overlay(
				'  valuesFrom: [values.yaml]\n  values: {level: debug}\n  patches:\n    - target: {kind: Process, name: web}\n      merge: {spec: {env: {KEEP: null, EXTRA: "${{ environment }}"}, ports: [{name: http, port: 8181}]}}\n    - target: {kind: File, name: conf}\n      json: [{op: replace, path: /spec/content, value: patched}, {op: add, path: /metadata/labels, value: {a: b}}]\n',
			),
			"app/values.yaml": "level: info\nother: 1\n",
			"app/own.yaml": fileYaml("own", "${{ values.level }} ${{ values.other }}"),
		});
		expect(names(objects)).toEqual(["conf", "web", "own"]);
		expect(spec(objects[0])).toEqual({ content: "patched" });
		expect(objects[0]?.metadata.labels).toEqual({ a: "b" });
		expect(spec(objects[1])).toMatchObject({
			env: { LEVEL: "debug", EXTRA: "dev" },
			ports: [
				{ name: "http", port: 8181 },
				{ name: "admin", port: 9090 },
			],
		});
		expect(spec(objects[1]).env).not.toHaveProperty("KEEP");
		expect(spec(objects[2])).toEqual({ content: "debug 1" });
	});

	it("lets an Application's values win, and an outer overlay's over an inner one's", async () => {
		const files = {
			...base,
			"mid/overlay.yaml": "apiVersion: gitward.dev/v1\nkind: Overlay\nspec: {base: ../base, values: {level: inner, a: {b: 1}}}\n",
			"app/overlay.yaml": "apiVersion: gitward.dev/v1\nkind: Overlay\nspec: {base: ../mid, values: {level: outer}}\n",
		};
		expect(spec((await renderFiles(files)).objects[0])).toEqual({ content: "level=outer" });
		expect(spec((await renderFiles(files, { values: { level: "top" } })).objects[0])).toEqual({ content: "level=top" });
	});

	it("does not read a base beneath it twice", async () => {
		const files = {
			"app/base/a.yaml": fileYaml("a"),
			"app/own.yaml": fileYaml("own"),
			"app/overlay.yaml": "apiVersion: gitward.dev/v1\nkind: Overlay\nspec: {base: base}\n",
		};
		expect(names((await renderFiles(files)).objects)).toEqual(["a", "own"]);
	});

	it("looks at no more than a few MiB of files that are no manifests", async () => {
		const text = `a: b: c\n#${"x".repeat(1024 * 1024 - 100)}\n`;
		const files = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`app/${index}.yaml`, text]));
		expect((await errorOf(renderFiles(files))).place?.file).toBe("app/8.yaml");
	});

	it("stops patches that change all Objects again and again", async () => {
		const many = Array.from({ length: 1001 }, (_, index) => `apiVersion: v1\nkind: X\nmetadata: {name: a${index}}\n`).join("---\n");
		const patches = `apiVersion: gitward.dev/v1\nkind: Overlay\nspec:\n  patches:\n${"    - {target: {kind: X}, merge: {a: 1}}\n".repeat(100)}`;
		const files = { "app/a.yaml": many, "app/overlay.yaml": patches };
		expect(await errorOf(renderFiles(files, { target: "kubernetes" }))).toMatchObject({ code: "TooMuch" });
	});

	it("removes an Object by $patch: delete", async () => {
		const text = overlay("  values: {level: x}\n  patches: [{target: {name: conf}, merge: {$patch: delete}}]\n");
		expect(names((await renderFiles({ ...base, "app/overlay.yaml": text })).objects)).toEqual(["web"]);
	});

	it.each([
		["  base: ../../out\n", "PathOutsideTree"],
		["  base: ../nowhere\n", "BaseMissing"],
		["  base: ../app\n", "BaseCycle"],
		["  bas: ../base\n", "OverlayInvalid"],
		["  base: ../base\n  valuesFrom: [../../x.yaml]\n", "PathOutsideTree"],
		["  base: ../base\n  values: {level: x}\n  patches: [{target: {name: cnf}, merge: {}}]\n", "PatchUnused"],
		[
			"  base: ../base\n  values: {level: x}\n  patches: [{target: {name: conf}, json: [{op: test, path: /spec/content, value: no}]}]\n",
			"PatchFailed",
		],
		["  base: ../base\n  values: {level: x}\n  patches: [{target: {name: conf}, json: [{op: remove, path: /metadata}]}]\n", "PatchFailed"],
		["  base: ../base\n  values: {level: x}\n  patches: [{target: {name: conf}}]\n", "OverlayInvalid"],
	])("refuses %j as %s", async (text, code) => {
		const error = await errorOf(renderFiles({ ...base, "app/overlay.yaml": `apiVersion: gitward.dev/v1\nkind: Overlay\nspec:\n${text}` }));
		expect(error).toMatchObject({ code, kind: "invalid" });
		expect(error.message).toContain("app/overlay.yaml");
	});

	it("proposes the Object that a patch may have meant", async () => {
		const error = await errorOf(
			renderFiles({ ...base, "app/overlay.yaml": overlay("  values: {level: x}\n  patches: [{target: {name: cnf}, merge: {}}]\n") }),
		);
		expect(error.hint).toContain("conf");
	});
});
