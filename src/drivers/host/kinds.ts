import type { ObjectKind } from "../../ports/driver.ts";
import { hostApiVersion } from "./kinds/common.ts";
import { archiveSchema, directorySchema, fileSchema } from "./kinds/file.ts";
import { jobSchema } from "./kinds/job.ts";
import { processSchema } from "./kinds/process.ts";
import { unitSchema } from "./kinds/unit.ts";

/** Every kind of Object that a plain machine can hold. */
export const hostKinds: readonly ObjectKind[] = [
	{ apiVersion: hostApiVersion, kind: "File", schema: fileSchema, summary: "A file with its content and permissions." },
	{ apiVersion: hostApiVersion, kind: "Directory", schema: directorySchema, summary: "A folder, or every file of a folder in Git." },
	{ apiVersion: hostApiVersion, kind: "Archive", schema: archiveSchema, summary: "An archive, unpacked by digest and switched at once." },
	{
		apiVersion: hostApiVersion,
		kind: "Process",
		schema: processSchema,
		summary: "A supervised process with health checks, logs and replacement without downtime.",
	},
	{ apiVersion: hostApiVersion, kind: "Unit", schema: unitSchema, summary: "A systemd unit, where systemd runs." },
	{
		apiVersion: hostApiVersion,
		kind: "Job",
		schema: jobSchema,
		summary: "A command that runs to its end, as a hook of a Sync or once for each change.",
	},
];
