import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fileSchema } from "./kinds/file.ts";
import { processSchema } from "./kinds/process.ts";
import { hostKinds } from "./kinds.ts";

const file = (spec: object, name = "conf/app.yaml") => ({ apiVersion: "host.gitward.dev/v1", kind: "File", metadata: { name }, spec });
const service = (spec: object) => ({
	apiVersion: "host.gitward.dev/v1",
	kind: "Process",
	metadata: { name: "web" },
	spec: { command: ["node"], ...spec },
});

function problems(schema: z.ZodType, value: unknown): readonly string[] {
	const result = schema.safeParse(value);
	return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

describe("hostKinds", () => {
	it("gives a JSON Schema with a description for each kind", () => {
		for (const kind of hostKinds) {
			const schema = z.toJSONSchema(kind.schema, { io: "input" });
			expect(schema.description).not.toBe("");
			expect(JSON.stringify(schema)).toContain(kind.kind);
		}
		expect(hostKinds.map((kind) => kind.kind)).toEqual(["File", "Directory", "Archive", "Process", "Unit", "Job"]);
	});

	it.each(["..", "a/../b", "/..", "./a", "a//b", "a/", "/", ".", "a\0b", "a/.", "x".repeat(256)])("refuses the path %j", (path) => {
		expect(problems(fileSchema, file({ content: "", path }))).not.toEqual([]);
		expect(problems(fileSchema, file({ content: "" }, path))).not.toEqual([]);
	});

	it.each(["a", "/a/b", "..a", "a..", ".env", "a/.hidden/b", "with space", "ünïcode/…"])("takes the path %j", (path) => {
		expect(problems(fileSchema, file({ content: "", path }))).toEqual([]);
	});

	it("wants exactly one origin of content, and permissions in quotes", () => {
		expect(problems(fileSchema, file({}))).toEqual(["spec: exactly one of content, contentBase64 and source"]);
		expect(problems(fileSchema, file({ content: "", source: "./x" }))).toEqual(["spec: exactly one of content, contentBase64 and source"]);
		expect(problems(fileSchema, file({ content: "", mode: 644 }))).toEqual(['spec.mode: permissions in quotes, such as "0644"']);
		expect(problems(fileSchema, file({ content: "é".repeat(600_000) }))).toEqual(["spec.content: at most 1 MiB"]);
	});

	it("fills in what a Process leaves open", () => {
		const parsed = processSchema.parse(service({}));
		expect(parsed.spec).toMatchObject({
			cwd: ".",
			ports: [],
			health: { interval: "10s" },
			restart: { policy: "always" },
			stop: { signal: "SIGTERM" },
			logs: { maxFiles: 3 },
		});
	});

	it("checks the ports of a Process", () => {
		const http = { name: "http", port: 8080 };
		expect(problems(processSchema, service({ ports: [http, http] }))).toEqual([
			"spec.ports: each port needs a name of its own",
			"spec.ports: each port number may stand only once",
		]);
		expect(problems(processSchema, service({ ports: [http], health: { http: { port: "web" } } }))).toEqual([
			"spec.health.http.port: no entry of ports is called web",
		]);
		expect(problems(processSchema, service({ health: { tcp: {} } }))).toEqual(["spec.health.tcp.port: give a port, as `ports` is empty"]);
	});
});
