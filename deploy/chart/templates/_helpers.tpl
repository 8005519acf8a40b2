{{- /* Labels by which the Pod is found; they never change. */ -}}
{{- define "gitward.selector" -}}
app.kubernetes.io/name: gitward
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gitward.labels" -}}
{{ include "gitward.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "gitward.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "gitward.labels" . | nindent 2 }}
{{- end }}

{{- /* Name of what stands outside the namespace of the release. */ -}}
{{- define "gitward.globalName" -}}
{{ .Release.Namespace }}:{{ .Release.Name }}
{{- end }}

{{- /* Whether others than the Pod itself can connect: "true", or nothing. */ -}}
{{- define "gitward.listens" -}}
{{- if and .Values.tls.secret .Values.tls.plainHttp }}{{ fail "tls.secret and tls.plainHttp exclude each other" }}{{ end -}}
{{- if or .Values.tls.secret .Values.tls.plainHttp }}true{{ end -}}
{{- end }}

{{- /* Rules for a list of resources: {resources, verbs}. A subresource such as pods/log can only be got. */ -}}
{{- define "gitward.rules" -}}
{{- $verbs := .verbs -}}
{{- range .resources }}
{{- $whole := list }}
{{- $parts := list }}
{{- range .names }}
{{- if contains "/" . }}{{ $parts = append $parts . }}{{ else }}{{ $whole = append $whole . }}{{ end }}
{{- end }}
{{- if $whole }}
- apiGroups: [{{ .group | quote }}]
  resources: {{ toJson $whole }}
  verbs: {{ toJson $verbs }}
{{- end }}
{{- if $parts }}
- apiGroups: [{{ .group | quote }}]
  resources: {{ toJson $parts }}
  verbs: [get]
{{- end }}
{{- end }}
{{- end }}

{{- /* What it may do in a namespace. */ -}}
{{- define "gitward.namespaceRules" -}}
{{- $change := list "create" "delete" "get" "list" "patch" "watch" -}}
{{- include "gitward.rules" (dict "resources" .Values.rbac.changes "verbs" $change) }}
{{- if .Values.rbac.secrets }}
{{- include "gitward.rules" (dict "resources" (list (dict "group" "" "names" (list "secrets"))) "verbs" $change) }}
{{- end }}
{{- include "gitward.rules" (dict "resources" .Values.rbac.reads "verbs" (list "get" "list" "watch")) }}
{{- end }}

{{- /* What it may do in the cluster as a whole. */ -}}
{{- define "gitward.clusterRules" -}}
{{- include "gitward.rules" (dict "resources" .Values.rbac.clusterReads "verbs" (list "get" "list" "watch")) }}
{{- if .Values.clusterWide }}
{{- include "gitward.rules" (dict "resources" .Values.rbac.clusterChanges "verbs" (list "create" "delete" "get" "list" "patch" "watch")) }}
{{- include "gitward.namespaceRules" . }}
{{- end }}
{{- range $resource, $names := pick .Values.impersonate "users" "groups" }}
{{- if $names }}
- apiGroups: [""]
  resources: [{{ $resource }}]
  resourceNames: {{ toJson $names }}
  verbs: [impersonate]
{{- end }}
{{- end }}
{{- end }}

{{- /* A role and its binding: {root, name, rules, namespace}. */ -}}
{{- define "gitward.granted" -}}
{{- $kind := ternary "Role" "ClusterRole" (hasKey . "namespace") -}}
{{- $rules := trim .rules -}}
{{- if $rules }}
{{- range list $kind (printf "%sBinding" $kind) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ . }}
metadata:
  name: {{ $.name | quote }}
  {{- with $.namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "gitward.labels" $.root | nindent 4 }}
{{- if eq . $kind }}
rules:
  {{- $rules | nindent 2 }}
{{- else }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ $.name | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ $.root.Release.Name }}
    namespace: {{ $.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
