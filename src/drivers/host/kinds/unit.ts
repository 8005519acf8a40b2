import { z } from "zod";
import { hostApiVersion, pathMetadataSchema } from "./common.ts";

export const unitSchema = z
	.strictObject({
		apiVersion: z.literal(hostApiVersion),
		kind: z.literal("Unit"),
		metadata: pathMetadataSchema.extend({
			name: z
				.string()
				.regex(/^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}\.(?:service|socket|timer|path|target|mount)$/u, "a unit's name such as shop.service")
				.describe("Name of the unit with its suffix, `shop.service`: systemd knows it by it, so it is unique on the machine."),
		}),
		spec: z.strictObject({
			content: z
				.string()
				.min(1)
				.max(256 * 1024)
				.describe("The unit file."),
			scope: z
				.enum(["user", "system"])
				.default("user")
				.describe("Whose systemd runs it: that of the user Gitward runs as, or the machine's (needs root)."),
			enabled: z.boolean().default(true).describe("Whether it starts by itself at login or boot."),
			started: z.boolean().default(true).describe("Whether it runs now."),
			restartOn: z.array(z.string().min(1)).max(1000).optional().describe("As for a Process."),
			inputs: z.string().max(128).optional().describe("Digest of what it runs, written by the render: another one restarts it."),
		}),
	})
	.describe("A systemd unit, where systemd runs.");

/** A systemd unit. */
export type UnitObject = z.infer<typeof unitSchema>;
