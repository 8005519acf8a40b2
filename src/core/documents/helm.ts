import { z } from "zod";
import { secretSource } from "./secret-source.ts";

/** Address of a Helm repository or an OCI registry. */
export const chartAddress = z
	.string()
	.max(1024)
	.regex(/^(?:https?|oci):\/\/[A-Za-z0-9[][^\s@?#\\]*$/u, "an address that begins with https://, http:// or oci://, without a user");

/** Name of a chart there. */
export const chartName = z
	.string()
	.max(253)
	.regex(/^[A-Za-z0-9][-A-Za-z0-9._]*(?:\/[A-Za-z0-9][-A-Za-z0-9._]*)*$/u, "letters, digits, dashes, dots and slashes");

/** A version or a semver range. */
export const chartVersion = z
	.string()
	.min(1)
	.max(128)
	.regex(/^[^-\s][ -~]*$/u, "a version or a semver range");

const chart = z
	.strictObject({
		repository: chartAddress.describe("Helm repository (the folder of its index.yaml) or OCI registry with the path above the chart."),
		name: chartName.describe("Name of the chart there."),
		version: chartVersion.describe(
			"A version, which is fetched once, or a semver range such as `^1.4`, which is asked for again every five minutes at most.",
		),
		plainHttp: z.boolean().default(false).describe("Talk to the OCI registry without TLS; for one on this machine."),
		credentials: z
			.union([
				z.strictObject({ token: secretSource.describe("An access token, sent as the password of the user `token`.") }),
				z.strictObject({ basic: z.strictObject({ username: z.string().min(1), password: secretSource }) }),
			])
			.optional()
			.describe("Credentials for that repository or registry."),
	})
	.describe("A chart from a Helm repository or an OCI registry; where absent, the chart stands at the Application's path.");

/** How a Helm chart is rendered. */
export const helmSchema = z
	.strictObject({
		chart: chart.optional(),
		valuesFiles: z
			.array(
				z.union([
					z.string().min(1).max(1024),
					z.strictObject({
						path: z.string().min(1).max(1024),
						optional: z.boolean().default(false).describe("Passed over where it does not exist."),
					}),
				]),
			)
			.max(100)
			.default([])
			.describe("Files of values in the Repository, relative to the Application's path; later ones win, and `spec.values` wins over all."),
		fetchDependencies: z
			.boolean()
			.default(false)
			.describe(
				"Whether dependencies that a chart in Git names by an address, and that are not in its charts folder, are fetched from there. The version in Chart.lock counts.",
			),
		releaseName: z
			.string()
			.max(53)
			.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u, "lower-case letters, digits and dashes")
			.optional()
			.describe("Name of the release in templates; the Application's where absent."),
		namespace: z.string().min(1).max(63).optional().describe("Namespace of the release in templates; the Application's where absent."),
		includeCRDs: z.boolean().default(true).describe("Whether the chart's `crds` folder is rendered."),
		skipTests: z.boolean().default(true).describe("Whether test hooks are left out."),
		kubeVersion: z
			.string()
			.regex(/^v?[0-9]+\.[0-9]+(\.[0-9]+)?[-+.0-9A-Za-z]*$/u, "a version such as 1.33.4")
			.optional()
			.describe("Kubernetes version that templates see; where absent, what the helm program takes."),
		apiVersions: z
			.array(
				z
					.string()
					.max(253)
					.regex(/^[A-Za-z0-9][-A-Za-z0-9./]*$/u, "such as monitoring.coreos.com/v1"),
			)
			.max(500)
			.default([])
			.describe("API versions that templates see, beside the built-in ones."),
	})
	.describe("How a Helm chart is rendered; only for a chart.");

/** How a Helm chart is rendered. */
export type HelmSettings = z.infer<typeof helmSchema>;
/** A chart from a Helm repository or an OCI registry. */
export type ChartSource = z.infer<typeof chart>;
