import type { FieldDifference } from "../../../core/change.ts";
import type { DriftRule } from "../../../core/documents/environment.ts";
import { type DesiredObject, refOf } from "../../../core/object.ts";
import { bodyOf } from "../apply/body.ts";
import { keepIgnored, rulesAbout, rulesFor } from "../apply/kept-fields.ts";
import type { LiveObject, ResourceType } from "../client/client.ts";
import { fieldManager, type Owner } from "../marks.ts";
import { isSecret } from "./differences.ts";
import { explained, owns } from "./explained.ts";
import { differencesIn } from "./plan-object.ts";

/**
 * The desired fields that are otherwise live, with who set them and when, and what the rules say of them. A field that Gitward's manager
 * still owns has the value that was applied, though the server may write it otherwise (`1000m` as `1`): it is no drift.
 */
export function driftOf(
	desired: DesiredObject,
	type: ResourceType,
	owner: Owner,
	rules: readonly DriftRule[],
	live: LiveObject,
): readonly FieldDifference[] {
	const body = bodyOf(desired, type, owner, {});
	const ref = refOf(desired);
	const ignoring = rulesFor(rules, ref);
	const wanted = ignoring.length === 0 ? body : keepIgnored(body, live, ignoring);
	const all = explained(differencesIn(wanted, live, isSecret(desired)), live, rulesAbout(rules, ref));
	const ours = live.metadata.managedFields?.filter(({ manager, operation }) => manager === fieldManager && operation === "Apply") ?? [];
	const taken = all.filter(({ path }) => !ours.some((entry) => owns(entry, path.split("/").slice(1), live)));
	return taken.length === 0 ? all : taken;
}
