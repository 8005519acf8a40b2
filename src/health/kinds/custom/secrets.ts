import { healthy } from "../../answers.ts";
import type { KindRules } from "../../kind-rule.ts";
import { byConditions } from "../by-conditions.ts";

const ready = byConditions({ ready: ["Ready"], otherwise: "Degraded" });

/** External Secrets and Sealed Secrets. */
export const secrets: KindRules = {
	"ExternalSecret.external-secrets.io": ready,
	"ClusterExternalSecret.external-secrets.io": byConditions({ ready: ["Ready"], broken: ["NotReady", "PartiallyReady"] }),
	"SecretStore.external-secrets.io": ready,
	"ClusterSecretStore.external-secrets.io": ready,
	"PushSecret.external-secrets.io": ready,
	// A controller may be told to write no status.
	"SealedSecret.bitnami.com": byConditions({ ready: ["Synced"], otherwise: "Degraded", absent: healthy() }),
};
