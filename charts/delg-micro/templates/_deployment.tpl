{{/*
One service's deployment. root; component (name part); section (of the service's configuration); values (the service's);
env (the variables only this service has, YAML).
*/}}
{{- define "delg.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $section := .section -}}
{{- $stateful := hasKey $values "persistence" -}}
{{- $gpu := default (dict "enabled" false) $values.gpu -}}
{{- $files := fromYamlArray (include "delg.secretFiles" .) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "delg.name" . }}
  labels: {{- include "delg.labels" . | nindent 4 }}
spec:
  {{- if $stateful }}
  # The store is embedded: two pods must never have it open.
  replicas: 1
  strategy: { type: Recreate }
  {{- else }}
  {{- if not (dig "autoscaling" "enabled" false $values) }}
  replicas: {{ $values.replicas }}
  {{- end }}
  strategy:
    type: RollingUpdate
    # A GPU that is taken cannot be given to the next pod first.
    rollingUpdate: {{ ternary "{ maxUnavailable: 1, maxSurge: 0 }" "{ maxUnavailable: 0, maxSurge: 1 }" $gpu.enabled }}
  {{- end }}
  revisionHistoryLimit: 5
  selector:
    matchLabels: {{- include "delg.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "delg.selector" . | nindent 8 }}
        {{- with $root.Values.commonLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "delg.serviceAccount" $root }}
      automountServiceAccountToken: false
      # The variables Kubernetes makes for services would begin with DELG_, too, where the release is called delg.
      enableServiceLinks: false
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext: {{- toYaml $root.Values.podSecurityContext | nindent 8 }}
      terminationGracePeriodSeconds: {{ add $root.Values.shutdown.drainSeconds $root.Values.shutdown.graceSeconds 5 }}
      {{- if $gpu.enabled }}
      {{- with $gpu.runtimeClassName }}
      runtimeClassName: {{ . }}
      {{- end }}
      {{- end }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.topologySpreadConstraints }}
      topologySpreadConstraints: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- $tolerations := $values.tolerations }}
      {{- if and $gpu.enabled $gpu.tolerate }}
      {{- $tolerations = append $tolerations (dict "key" $gpu.resourceName "operator" "Exists" "effect" "NoSchedule") }}
      {{- end }}
      {{- with $tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "delg.image" (dict "root" $root "image" $values.image) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- toYaml $root.Values.containerSecurityContext | nindent 12 }}
          env:
            {{- .env | nindent 12 }}
            {{- include "delg.tlsEnv" . | nindent 12 }}
            - { name: DELG_{{ $section }}__MetricsListen, value: "http://*:{{ $root.Values.telemetry.metricsPort }}" }
            {{- if $root.Values.telemetry.jsonLogs }}
            - { name: DELG_{{ $section }}__Logs, value: Json }
            {{- end }}
            - { name: DELG_{{ $section }}__ShutdownGraceSeconds, value: {{ $root.Values.shutdown.graceSeconds | quote }} }
            {{- if $stateful }}
            - { name: DELG_DataFolder, value: /data }
            {{- end }}
            {{- with $root.Values.telemetry.otlpEndpoint }}
            - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
            {{- end }}
            {{- range $key, $value := $values.options }}
            - name: DELG_{{ $section }}__{{ $key }}
              {{- /* Numbers of a values file are floating point: toString alone would print 33554432 as 3.3554432e+07. */}}
              value: {{ kindIs "float64" $value | ternary (toJson $value) (toString $value) | quote }}
            {{- end }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - { name: grpc, containerPort: {{ $values.port }} }
            {{- with $values.httpPort }}
            - { name: http, containerPort: {{ . }} }
            {{- end }}
            - { name: metrics, containerPort: {{ $root.Values.telemetry.metricsPort }} }
          startupProbe:
            {{- include "delg.probe" (merge (dict "service" "live") .) | nindent 12 }}
            periodSeconds: 2
            timeoutSeconds: 5
            failureThreshold: {{ ceil (divf $values.startupSeconds 2) }}
          livenessProbe:
            {{- include "delg.probe" (merge (dict "service" "live") .) | nindent 12 }}
            {{- toYaml $root.Values.probes.liveness | nindent 12 }}
          readinessProbe:
            {{- include "delg.probe" (merge (dict "service" "") .) | nindent 12 }}
            {{- toYaml $root.Values.probes.readiness | nindent 12 }}
          lifecycle:
            preStop: { sleep: { seconds: {{ $root.Values.shutdown.drainSeconds }} } }
          resources:
            {{- $resources := deepCopy $values.resources }}
            {{- if $gpu.enabled }}
            {{- $resources = mergeOverwrite $resources (dict "limits" (dict $gpu.resourceName $gpu.count)) }}
            {{- end }}
            {{- toYaml $resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- if $stateful }}
            - { name: data, mountPath: /data }
            {{- end }}
            {{- range $files }}
            - { name: {{ .name }}, mountPath: {{ .path }}, readOnly: true }
            {{- end }}
            {{- with $values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: {{ $values.tmpSize }} }
        {{- if $stateful }}
        - name: data
          {{- if $values.persistence.enabled }}
          persistentVolumeClaim: { claimName: {{ default (include "delg.name" .) $values.persistence.existingClaim }} }
          {{- else }}
          emptyDir: {}
          {{- end }}
        {{- end }}
        {{- range $files }}
        - name: {{ .name }}
          secret: { secretName: {{ .secret }}, defaultMode: 0440 }
        {{- end }}
        {{- with $values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}
