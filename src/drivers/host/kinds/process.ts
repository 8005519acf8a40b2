import { z } from "zod";
import { durationSchema } from "../../../core/documents/metadata.ts";
import { commandSchema, cwdSchema, envSchema, hostApiVersion, pathSchema, runMetadataSchema } from "./common.ts";

const portNumber = z.int().min(1).max(65_535);
const portName = z
	.string()
	.min(1)
	.max(30)
	.regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/u, "lower-case letters, digits and dashes, starting with a letter");
const portReference = z
	.union([portNumber, portName])
	.optional()
	.describe("Name of an entry of `ports`, or a number. Default: the first of `ports`.");

const port = z
	.strictObject({
		name: portName.describe("The process finds its port in the variable `PORT_<name>` (dashes become _); the first also in `PORT`."),
		port: portNumber.describe("Port it is to listen on."),
		alternate: portNumber
			.optional()
			.describe("A second port: replacements start on the other of the two, and take over when they are healthy, without downtime."),
		file: pathSchema.optional().describe("File that always holds the port in use, for a proxy to read; written at once."),
	})
	.describe("A port that the process listens on.");

const health = z
	.strictObject({
		http: z
			.strictObject({
				port: portReference,
				path: z
					.string()
					.regex(/^\/[^\s]*$/u, "a path that starts with /")
					.default("/")
					.describe("Path that is asked for with GET."),
				status: z.int().min(100).max(599).optional().describe("Status that means healthy. Default: any from 200 to 399."),
			})
			.optional()
			.describe("Healthy when a GET on 127.0.0.1 answers well."),
		tcp: z.strictObject({ port: portReference }).optional().describe("Healthy when 127.0.0.1 accepts a connection."),
		command: commandSchema.optional().describe("Healthy when this ends with code 0; it has the environment and folder of the process."),
		interval: durationSchema.default("10s").describe("Between two checks once it is healthy; while it starts, checks are much closer."),
		timeout: durationSchema.default("2s").describe("Limit of one check."),
		startup: durationSchema.default("60s").describe("How long it may take until it is healthy for the first time."),
		failureThreshold: z.int().min(1).max(100).default(3).describe("Failed checks in a row that make a healthy process Degraded."),
		restart: z.boolean().default(true).describe("Whether a process that became unhealthy, or never got healthy in time, is restarted."),
	})
	.refine(
		(spec) => [spec.http, spec.tcp, spec.command].filter((each) => each !== undefined).length <= 1,
		"at most one of http, tcp and command",
	)
	.describe(
		"How health is found out. Without http, tcp and command: by TCP on the first port, or, without ports, by having run for half a second.",
	);

const restart = z
	.strictObject({
		policy: z
			.enum(["always", "on-failure", "never"])
			.default("always")
			.describe("Whether it is started again when it ends; `on-failure`: unless with code 0."),
		backoff: durationSchema
			.default("100ms")
			.describe("Before the first restart of a process that ends soon after its start; doubled for each further, with jitter."),
		maxBackoff: durationSchema.default("30s"),
	})
	.prefault({});

const stop = z
	.strictObject({
		signal: z
			.enum(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"])
			.default("SIGTERM")
			.describe("Sent first, to its whole process group."),
		timeout: durationSchema.default("10s").describe("After which the whole group is killed."),
	})
	.prefault({});

/** `10Mi`, `512Ki`, `1Gi` or a number of bytes. */
export const sizeSchema = z.string().regex(/^[0-9]{1,9}(?:Ki|Mi|Gi)?$/u, "a size such as 512Ki, 10Mi or 1Gi");

const logs = z
	.strictObject({
		maxSize: sizeSchema.default("10Mi").describe("Size at which a log is rotated; standard output and standard error each have one."),
		maxFiles: z.int().min(1).max(100).default(3).describe("Rotated files that are kept of each."),
	})
	.prefault({});

export const processSchema = z
	.strictObject({
		apiVersion: z.literal(hostApiVersion),
		kind: z.literal("Process"),
		metadata: runMetadataSchema,
		spec: z
			.strictObject({
				command: commandSchema.describe(
					"Program and arguments; no shell reads them. A program without `/` is searched on the PATH, one that starts with `./` stands in `cwd`. `${PORT}` and `${PORT_<name>}` stand for ports.",
				),
				cwd: cwdSchema,
				env: envSchema
					.default({})
					.describe(
						"Environment variables beside PATH, HOME, LANG and TMPDIR, which come from Gitward's own. `${PORT}` and `${PORT_<name>}` stand for ports.",
					),
				ports: z.array(port).max(20).default([]),
				health: health.prefault({}),
				restart: restart.describe("What happens when it ends by itself."),
				stop: stop.describe("How it is stopped."),
				logs: logs.describe("How much of what it prints is kept."),
				afterSwitch: commandSchema
					.optional()
					.describe("Run after a replacement took over and the port files were written, before the old one is stopped: `nginx -s reload`."),
				restartOn: z
					.array(z.string().min(1))
					.max(1000)
					.optional()
					.describe(
						"Names of Files, Directories and Archives whose change restarts it. Default: all of the Application and namespace; `[]`: none.",
					),
				inputs: z.string().max(128).optional().describe("Digest of what it runs, written by the render: another one restarts it."),
			})
			.superRefine((spec, context) => {
				const names = spec.ports.map((each) => each.name);
				const numbers = spec.ports.flatMap((each) => (each.alternate === undefined ? [each.port] : [each.port, each.alternate]));
				if (new Set(names).size < names.length)
					context.addIssue({ code: "custom", path: ["ports"], message: "each port needs a name of its own" });
				if (new Set(numbers).size < numbers.length)
					context.addIssue({ code: "custom", path: ["ports"], message: "each port number may stand only once" });
				for (const probe of ["http", "tcp"] as const) {
					const reference = spec.health[probe]?.port;
					if (spec.health[probe] === undefined || typeof reference === "number") continue;
					if (reference === undefined ? names.length > 0 : names.includes(reference)) continue;
					const message = reference === undefined ? "give a port, as `ports` is empty" : `no entry of ports is called ${reference}`;
					context.addIssue({ code: "custom", path: ["health", probe, "port"], message });
				}
			}),
	})
	.describe("A supervised process: restarted when it ends, checked for health, found again after a restart of Gitward.");

/** A supervised process. */
export type ProcessObject = z.infer<typeof processSchema>;
/** What a Process is to be. */
export type ProcessSpec = ProcessObject["spec"];
