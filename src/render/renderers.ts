import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { SecretSource } from "../core/documents/repository.ts";
import type { Secret } from "../lib/secret.ts";
import { createSlots } from "../lib/slots.ts";
import type { Renderer } from "../ports/renderer.ts";
import { createCharts } from "./helm/charts.ts";
import { createPull } from "./helm/pull.ts";
import { createHelmRenderer } from "./helm/renderer.ts";
import { createKustomizeRenderer } from "./kustomize/renderer.ts";
import { createOutputs } from "./program/outputs.ts";
import { createScratch } from "./program/scratch.ts";
import { createTool } from "./program/tool.ts";

export interface RenderersOptions {
	/** The operator's environment: programs are found in its PATH, and those that fetch are given what says how the network is reached. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Names or absolute paths of the programs, where they are called otherwise. */
	readonly programs?: { readonly kustomize?: string; readonly helm?: string };
	/** Folder of their own, made where it is missing; it only holds what can be fetched again. */
	readonly folder: string;
	/** Reads a secret where a document says it stands. */
	readonly credentials: (source: SecretSource) => Promise<Secret>;
	/** Milliseconds by a clock that never jumps back. */
	readonly now: () => number;
}

const networkNames = ["SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"];

/** The renderers that start programs: one process for a render, at most as many at once as there are cores. */
export function createRenderers({ environment, programs = {}, folder, credentials, now }: RenderersOptions): readonly Renderer[] {
	const path = environment["PATH"] ?? "";
	const network = Object.fromEntries(networkNames.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
	const scratch = createScratch(join(folder, "runs"));
	const outputs = createOutputs(16 * 1024 * 1024);
	const slots = createSlots(Math.min(4, Math.max(2, availableParallelism())));
	const limits = { timeoutMs: 60_000, maxOutputBytes: 64 * 1024 * 1024, maxMemoryBytes: 1024 * 1024 * 1024 };
	const kustomize = createTool({
		program: programs.kustomize ?? "kustomize",
		path,
		version: "5.8.2",
		site: "https://kubectl.docs.kubernetes.io/installation/kustomize/",
		...limits,
	});
	const helm = createTool({
		program: programs.helm ?? "helm",
		path,
		version: "3.22.0",
		site: "https://helm.sh/docs/intro/install/",
		...limits,
	});
	const charts = createCharts({ folder: join(folder, "charts"), pull: createPull({ helm, scratch, network }), now });
	return [
		createKustomizeRenderer({ kustomize, slots, scratch, outputs }),
		createHelmRenderer({ helm, slots, scratch, outputs, charts, credentials }),
	];
}
