import { defineScalarTag, FAILSAFE_SCHEMA, mergeTag, NOT_RESOLVED, type Schema } from "js-yaml";

/*
 * Plain scalars as sigs.k8s.io/yaml reads them (goyaml.v2, resolve.go): booleans of YAML 1.1, octals with a leading 0, underscores in
 * numbers; sexagesimal numbers stay text, and so do dates, which become text again on the way to JSON.
 */
const truths = new Map(
	["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]
		.map((word): [string, boolean] => [word, true])
		.concat(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false])),
);
const nulls = new Set(["", "~", "null", "Null", "NULL"]);
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/u;
const integer = /^(?<sign>[-+]?)(?:(?<decimal>0|[1-9][0-9]*)|0[xX](?<hex>[0-9a-fA-F]+)|0[bB](?<binary>[01]+)|0[oO]?(?<octal>[0-7]+))$/u;

function toInteger(source: string): number | undefined {
	const groups = integer.exec(source.replaceAll("_", ""))?.groups;
	if (groups === undefined || !/^[-+0-9]/u.test(source)) return undefined;
	const { sign, decimal, hex, binary, octal } = groups;
	const size =
		decimal === undefined
			? Number.parseInt(hex ?? binary ?? octal ?? "", hex === undefined ? (binary === undefined ? 8 : 2) : 16)
			: Number(decimal);
	return sign === "-" && size !== 0 ? -size : size;
}

function toFloat(source: string): number | undefined {
	// Underscores count only where the first character is no point, as there.
	const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
	return float.test(plain) ? Number(plain) : undefined;
}

const tags = [
	defineScalarTag<null>("tag:yaml.org,2002:null", {
		implicit: true,
		implicitFirstChars: ["", "~", "n", "N"],
		resolve: (source) => (nulls.has(source) ? null : NOT_RESOLVED),
		identify: (value) => value === null,
	}),
	defineScalarTag<boolean>("tag:yaml.org,2002:bool", {
		implicit: true,
		implicitFirstChars: "yYnNtTfFoO".split(""),
		resolve: (source) => truths.get(source) ?? NOT_RESOLVED,
		identify: (value) => typeof value === "boolean",
	}),
	defineScalarTag<number>("tag:yaml.org,2002:int", {
		implicit: true,
		implicitFirstChars: "+-0123456789".split(""),
		resolve: (source) => toInteger(source) ?? NOT_RESOLVED,
		identify: (value) => Number.isInteger(value),
	}),
	defineScalarTag<number>("tag:yaml.org,2002:float", {
		implicit: true,
		implicitFirstChars: "+-.0123456789".split(""),
		resolve: (source) => toFloat(source) ?? NOT_RESOLVED,
		identify: (value) => typeof value === "number",
	}),
];

/** YAML as Kubernetes reads it: for manifests whose target is no host. */
export const kubernetesSchema: Schema = FAILSAFE_SCHEMA.withTags(tags, mergeTag);
