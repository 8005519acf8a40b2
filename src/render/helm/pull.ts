import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/app-error.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { RunResult } from "../../lib/exec/run.ts";
import { masked, type Secret } from "../../lib/secret.ts";
import type { SignalOption } from "../../ports/repository.ts";
import type { Scratch } from "../program/scratch.ts";
import type { Tool } from "../program/tool.ts";
import type { ChartRequest } from "./charts.ts";
import { helmHomes } from "./environment.ts";

const maxArchive = 32 * 1024 * 1024;

/** How a chart repository is logged in to. */
export interface ChartLogin {
	readonly username: string;
	readonly password: Secret;
}

/** A chart as it came. */
export interface Fetched {
	readonly version: string;
	readonly archive: Buffer;
}

export interface PullOptions {
	readonly helm: Tool;
	readonly scratch: Scratch;
	/** What of the operator's environment says how the network is reached: proxies and certificate authorities. */
	readonly network: Readonly<Record<string, string>>;
}

/**
 * Fetches charts by `helm pull`. Credentials are in files that live as long as the program, never on a command line. Errors: `notFound`
 * (ChartNotFound), `denied` (ChartDenied), `unavailable` (ChartUnavailable), `invalid` for a version that is none.
 */
export function createPull({ helm, scratch, network }: PullOptions): (request: ChartRequest, options: SignalOption) => Promise<Fetched> {
	return async (request, { signal }) =>
		scratch(filesOf(request), async (folder) => {
			const run = async (args: readonly string[], okCodes = [0]): Promise<RunResult> =>
				helm(args, {
					title: `fetching the chart ${nameOf(request)}`,
					cwd: folder,
					env: { ...network, ...helmHomes(folder), HELM_REGISTRY_CONFIG: join(folder, "registry.json") },
					signal,
					okCodes,
					secrets: secretsOf(request),
				});
			const { repository, name, version } = request;
			const isOci = repository.startsWith("oci://");
			try {
				// What is wrong with a repository, helm says on standard output.
				const update = isOci ? undefined : await run(["repo", "update", "--fail-on-repo-update-fail"], [0, 1]);
				if (update?.code === 1) throw translate(masked(update.stdout.toString("utf8"), secretsOf(request)), request, undefined);
				const chart = isOci ? `${repository.replace(/\/+$/u, "")}/${name}` : `chart/${name}`;
				await run(["pull", "--version", version, "--destination", "chart", ...(request.plainHttp ? ["--plain-http"] : []), "--", chart]);
			} catch (error) {
				throw error instanceof ExecError && error.facts.cause === "failed" ? translate(error.facts.stderr, request, error) : error;
			}
			return read(join(folder, "chart"), request);
		});
}

function filesOf({ repository, login }: ChartRequest): ReadonlyMap<string, string> {
	const user = login === undefined ? {} : { username: login.username, password: login.password.reveal() };
	const { host } = new URL(repository.replace(/^oci:/u, "https:"));
	const auths =
		login === undefined ? {} : { [host]: { auth: Buffer.from(`${login.username}:${login.password.reveal()}`).toString("base64") } };
	return new Map([
		["config/repositories.yaml", JSON.stringify({ apiVersion: "", repositories: [{ name: "chart", url: repository, ...user }] })],
		["registry.json", JSON.stringify({ auths })],
		["chart/.keep", ""],
	]);
}

async function read(folder: string, request: ChartRequest): Promise<Fetched> {
	const file = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
	if (file === undefined)
		throw new AppError(`${nameOf(request)} was fetched, but no archive came`, { code: "ChartUnavailable", kind: "unavailable" });
	const path = join(folder, file);
	if ((await stat(path)).size > maxArchive)
		throw new AppError(`The chart ${nameOf(request)} is larger than 32 MiB`, { code: "ChartTooLarge", kind: "invalid" });
	const base = request.name.slice(request.name.lastIndexOf("/") + 1);
	return { version: file.slice(base.length + 1, -".tgz".length), archive: await readFile(path) };
}

function nameOf({ repository, name, version }: ChartRequest): string {
	return `${name} ${version} of ${repository}`;
}

function secretsOf({ login }: ChartRequest): readonly Secret[] {
	return login === undefined ? [] : [login.password];
}

function translate(output: string, request: ChartRequest, cause: unknown): AppError {
	const said = output
		.trim()
		.split("\n")
		.filter((line) => !/^(?:Hang tight|Update Complete|\.\.\.Successfully)/u.test(line))
		.join(" / ")
		.replaceAll(/Error: |\(try 'helm repo update'\)/gu, "");
	const fail = (code: string, kind: "invalid" | "notFound" | "denied" | "unavailable", hint: string): AppError =>
		new AppError(`The chart ${nameOf(request)} cannot be fetched: ${said}`, { code, kind, hint, cause });
	if (/improper constraint/u.test(said)) return fail("ChartVersionInvalid", "invalid", "Write a version, or a semver range such as ^1.4.");
	if (/\b(?:401|403)\b|unauthorized|denied/iu.test(said))
		return fail("ChartDenied", "denied", "Check spec.helm.chart.credentials, and whether they may read the chart.");
	if (/no chart (?:name|version) found|\b404\b|not found|NAME_UNKNOWN|MANIFEST_UNKNOWN|could not locate a version/iu.test(said))
		return fail("ChartNotFound", "notFound", "Correct the chart's repository, name or version, or publish it.");
	return fail("ChartUnavailable", "unavailable", "It is tried again; check the address and the network.");
}
