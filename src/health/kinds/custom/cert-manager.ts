import { degraded } from "../../answers.ts";
import { saysFailure } from "../../conventions.ts";
import type { KindRule, KindRules } from "../../kind-rule.ts";
import { conditionOf, wordsOf } from "../../live-object.ts";
import { byConditions } from "../by-conditions.ts";
import { byPhase } from "../by-phase.ts";

const readiness = byConditions({
	ready: ["Ready"],
	// What cert-manager itself mends by issuing anew.
	passingReasons: ["DoesNotExist", "MissingData", "SecretMismatch", "InvalidKeyPair", "IncorrectIssuer", "IncorrectCertificate", "Pending"],
});

/** A Certificate whose last issuing failed stays unready until cert-manager tries again, an hour later and longer. */
const certificate: KindRule = {
	assess: (object) => {
		const issuing = conditionOf(object, "Issuing");
		const ready = conditionOf(object, "Ready");
		if (ready?.status !== "True" && issuing?.status === "False" && saysFailure(issuing)) return degraded(wordsOf(issuing));
		if (ready?.reason === "Expired" && issuing?.status !== "True") return degraded(wordsOf(ready));
		return readiness.assess(object);
	},
};

const issuer = byConditions({ ready: ["Ready"], otherwise: "Degraded" });
const order = byPhase({
	path: ["status", "state"],
	message: ["status", "reason"],
	healthy: ["valid"],
	progressing: ["pending", "processing", "ready"],
	degraded: ["invalid", "expired", "errored"],
});

/** cert-manager: https://cert-manager.io/docs/reference/api-docs/ */
export const certManager: KindRules = {
	"Certificate.cert-manager.io": certificate,
	"CertificateRequest.cert-manager.io": byConditions({
		ready: ["Ready"],
		broken: ["InvalidRequest", "Denied"],
		passingReasons: ["Pending"],
	}),
	"Issuer.cert-manager.io": issuer,
	"ClusterIssuer.cert-manager.io": issuer,
	"Order.acme.cert-manager.io": order,
	"Challenge.acme.cert-manager.io": order,
	"Bundle.trust.cert-manager.io": byConditions({ ready: ["Synced"] }),
};
