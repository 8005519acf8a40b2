import { healthy } from "../../answers.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { textAt } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { heldAt } from "../held.ts";
import { plainKinds } from "./plain.ts";

const toolkit = byConditions({
	ready: ["Ready"],
	broken: ["Stalled"],
	busy: ["Reconciling"],
	passingReasons: ["DependencyNotReady", "SourceNotReady", "Progressing", "ProgressingWithRetry"],
	held: heldAt("It is suspended", "spec", "suspend"),
});

/** One of type oci only holds an address: its controller writes no status. */
const helmRepository: KindRule = {
	...toolkit,
	assess: (object) => (textAt(object, "spec", "type") === "oci" ? healthy() : toolkit.assess(object)),
};

const kinds: Readonly<Record<string, readonly string[]>> = {
	"kustomize.toolkit.fluxcd.io": ["Kustomization"],
	"helm.toolkit.fluxcd.io": ["HelmRelease"],
	"source.toolkit.fluxcd.io": ["GitRepository", "OCIRepository", "HelmChart", "Bucket", "ExternalArtifact"],
	"image.toolkit.fluxcd.io": ["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"],
	"notification.toolkit.fluxcd.io": ["Receiver"],
	"infra.contrib.fluxcd.io": ["Terraform"],
};

/** Flux: https://fluxcd.io/flux/components/ */
export const flux: KindRules = {
	...Object.fromEntries(Object.entries(kinds).flatMap(([group, names]) => names.map((kind) => [`${kind}.${group}`, toolkit]))),
	...plainKinds("notification.toolkit.fluxcd.io", ["Alert", "Provider"]),
	"HelmRepository.source.toolkit.fluxcd.io": helmRepository,
};
