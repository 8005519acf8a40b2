import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import programs from "../../../test/programs.json" with { type: "json" };
import { installation } from "./objects.ts";
import { installValuesSchema } from "./values.ts";

const checkout = join(import.meta.dirname, "..", "..", "..");
const read = (...path: readonly string[]): string => readFileSync(join(checkout, ...path), "utf8");

interface Line {
	readonly keyword: string;
	readonly text: string;
}

/** Instructions, with continued lines put together. */
function instructions(): readonly Line[] {
	return read("deploy", "Containerfile")
		.replaceAll(/\\\n/gu, " ")
		.split("\n")
		.filter((line) => line.trim() !== "" && !line.startsWith("#"))
		.map((line) => {
			const [keyword = "", ...rest] = line.split(" ");
			return { keyword, text: rest.join(" ").trim() };
		});
}

const lines = instructions();
const lastStage = lines.slice(lines.findLastIndex(({ keyword }) => keyword === "FROM"));
const textsOf = (keyword: string, of: readonly Line[] = lastStage): readonly string[] =>
	of.filter((line) => line.keyword === keyword).map(({ text }) => text);
const pod = installation(installValuesSchema.parse({ tls: { plainHttp: true } }), { name: "a", namespace: "b", version: "1" }).at(
	-1,
) as unknown as {
	readonly spec: {
		readonly template: {
			readonly spec: {
				readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
				readonly containers: readonly {
					readonly workingDir: string;
					readonly ports: readonly { readonly containerPort: number }[];
					readonly args: readonly string[];
				}[];
			};
		};
	};
};
const { securityContext, containers } = pod.spec.template.spec;
const [container] = containers;

describe("the container file", () => {
	it("has instructions only that every builder knows, and copies what is in the repository", () => {
		const known = new Set(["ARG", "FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"]);
		expect(lines.filter(({ keyword }) => !known.has(keyword))).toEqual([]);
		const copied = textsOf("COPY", lines)
			.filter((text) => !text.startsWith("--from="))
			.flatMap((text) => text.split(/\s+/u).slice(0, -1));
		expect(copied).toContain("package-lock.json");
		expect(copied.filter((path) => !existsSync(join(checkout, path)))).toEqual([]);
		expect(copied).not.toContain(".");
	});

	it("copies from its own stages only, and what package.json publishes and the program reads", () => {
		const stages = textsOf("FROM", lines).flatMap((text) => / AS (?<name>\S+)$/u.exec(text)?.groups?.["name"] ?? []);
		expect(stages).toEqual(["tools-with", "tools-without", "tools", "build"]);
		for (const text of textsOf("COPY", lines)) {
			const from = /^--from=(?<name>\S+)/u.exec(text)?.groups?.["name"];
			if (from !== undefined) expect(stages).toContain(from);
		}
		const { files } = JSON.parse(read("package.json")) as { readonly files: readonly string[] };
		const written = textsOf("COPY").map((text) => text.split(/\s+/u).at(-1));
		for (const path of files.filter((file) => /^(bin|dist|examples)/u.test(file))) expect(written).toContain(path);
	});

	it("takes images and programs in fixed versions: those that the tests use", () => {
		const defaults = new Map(textsOf("ARG", lines).map((text) => text.split("=") as [string, string]));
		expect(defaults.get("NODE_IMAGE")).toMatch(/^docker\.io\/library\/node:24[-.]\S*slim$/u);
		for (const [program, argument] of [
			["helm", "HELM_VERSION"],
			["kustomize", "KUSTOMIZE_VERSION"],
		] as const) {
			const entry = programs.find((each) => each.program === program);
			expect(defaults.get(argument)).toBe(entry?.go?.version);
			expect(textsOf("RUN", lines).join("\n")).toContain(`${entry?.go?.module ?? "?"}@v\${${argument}}`);
		}
	});

	it("runs as the chart's user, where the chart mounts its state, on the chart's ports", () => {
		expect(securityContext).toMatchObject({ runAsUser: 65_532, runAsGroup: 65_532 });
		expect(textsOf("USER").at(-1)).toBe(`${securityContext.runAsUser}:${securityContext.runAsGroup}`);
		expect(textsOf("RUN").join("\n")).toMatch(/useradd --uid 65532 --gid 65532 .*--home-dir \/var\/lib\/gitward/u);
		expect(textsOf("WORKDIR").at(-1)).toBe(container?.workingDir);
		expect(textsOf("ENV").at(-1)).toContain(`HOME=${container?.workingDir}`);
		expect(textsOf("EXPOSE")).toEqual([container?.ports.map(({ containerPort }) => containerPort).join(" ")]);
		expect(textsOf("RUN").join("\n")).toMatch(/ca-certificates git openssh-client/u);
	});

	it("starts Node itself, with the flags of bin/gitward, and takes the chart's arguments", () => {
		const entry = JSON.parse(textsOf("ENTRYPOINT").at(-1) ?? "") as readonly string[];
		const launcher = read("bin", "gitward");
		expect(entry.at(0)).toBe("node");
		for (const flag of entry.slice(1, -1)) expect(launcher).toContain(flag);
		expect(/memory="(?<flags>[^"]+)"/u.exec(launcher)?.groups?.["flags"]?.split(" ")).toEqual(entry.slice(2, -1));
		expect(entry.at(-1)).toBe("/opt/gitward/dist/cli/main.js");
		expect(textsOf("STOPSIGNAL")).toEqual(["SIGTERM"]);
		const command = JSON.parse(textsOf("CMD").at(-1) ?? "") as readonly string[];
		expect(container?.args.slice(0, command.length)).toEqual(command);
	});
});
