{{- /* Configuration of the hub's own kube-scheduler. */ -}}
{{- define "userScheduler.config" -}}
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection:
  resourceLock: leases
  resourceName: user-scheduler-lock
  resourceNamespace: {{ .Release.Namespace | quote }}
profiles:
  - schedulerName: {{ .Release.Name }}-user-scheduler
    {{- include "settings" (pick .Values.scheduling.userScheduler "plugins" "pluginConfig") | nindent 4 }}
{{- end }}
