{{/* What surrounds a service's deployment. Arguments as of delg.deployment. */}}

{{/* Headless: the gateway sees each pod's address and spreads calls over them; one HTTP/2 connection to a cluster IP would stay with one pod. */}}
{{- define "delg.headlessService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "delg.name" . }}
  labels: {{- include "delg.labels" . | nindent 4 }}
spec:
  clusterIP: None
  selector: {{- include "delg.selector" . | nindent 4 }}
  ports:
    - { name: grpc, port: {{ .values.port }}, targetPort: grpc{{ if not (include "delg.servesTls" .) }}, appProtocol: kubernetes.io/h2c{{ end }} }
{{- end -}}

{{- define "delg.claim" -}}
{{- with .values.persistence }}
{{- if and .enabled (not .existingClaim) }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "delg.name" $ }}
  labels: {{- include "delg.labels" $ | nindent 4 }}
  {{- if or .keep .annotations }}
  annotations:
    {{- if .keep }}
    helm.sh/resource-policy: keep
    {{- end }}
    {{- with .annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
spec:
  accessModes: {{- toYaml .accessModes | nindent 4 }}
  {{- with .storageClassName }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests: { storage: {{ .size }} }
{{- end }}
{{- end }}
{{- end -}}

{{- define "delg.disruptionBudget" -}}
{{- if .values.podDisruptionBudget.enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "delg.name" . }}
  labels: {{- include "delg.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  selector:
    matchLabels: {{- include "delg.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
