{{/* TLS and other files from secrets. Arguments as of delg.deployment. */}}

{{/* Non-empty where the service's own ports speak TLS: all but the gateway's, which has a switch of its own. */}}
{{- define "delg.servesTls" -}}
{{- $tls := .root.Values.tls -}}
{{- if and $tls.enabled (or (ne .component "gateway") $tls.gatewayPorts) }}yes{{ end -}}
{{- end -}}

{{- define "delg.scheme" -}}
{{- if include "delg.servesTls" . }}https{{ else }}http{{ end -}}
{{- end -}}

{{- define "delg.tlsEnv" -}}
{{- $section := .section -}}
{{- if include "delg.servesTls" . }}
- { name: DELG_{{ $section }}__Tls__CertificateFile, value: /etc/delg/tls/tls.crt }
- { name: DELG_{{ $section }}__Tls__KeyFile, value: /etc/delg/tls/tls.key }
{{- if and .root.Values.tls.mutual (ne .component "gateway") }}
- { name: DELG_{{ $section }}__Tls__ClientAuthorityFile, value: /etc/delg/tls/ca.crt }
{{- end }}
{{- end }}
{{- end -}}

{{/* Files from secrets, as name, path and secret of each. Whole folders: a file mounted by itself is not renewed. */}}
{{- define "delg.secretFiles" -}}
{{- $values := .root.Values -}}
{{- if $values.tls.enabled }}
- { name: tls, path: /etc/delg/tls, secret: {{ index $values.tls.secrets (dict "extractor" "extractor" "global-index" "globalIndex" "local-verifier" "localVerifier" "gateway" "gateway" | dig .component "") }} }
{{- end }}
{{- if eq .component "gateway" }}
{{- with $values.gateway.auth.keySecret.name }}
- { name: api-keys, path: /etc/delg/api-keys, secret: {{ . }} }
{{- end }}
{{- with $values.gateway.auth.jwt.signingKeySecret.name }}
- { name: signing-keys, path: /etc/delg/signing-keys, secret: {{ . }} }
{{- end }}
{{- end }}
{{- end -}}

{{/* A probe of the process (service: live) or of everything (service empty). Kubelet's gRPC probes know no TLS. */}}
{{- define "delg.probe" -}}
{{- if include "delg.servesTls" . }}
httpGet: { port: metrics, path: {{ ternary "/livez" "/readyz" (eq .service "live") }} }
{{- else if eq .service "live" }}
grpc: { port: {{ .values.port }}, service: live }
{{- else }}
grpc: { port: {{ .values.port }} }
{{- end }}
{{- end -}}
