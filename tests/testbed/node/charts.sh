# The helm repository of the bed: the project's stand-in charts, or those of a folder. Must not know what is in a chart.
# shellcheck shell=bash

package_charts() { # CHARTS-FOLDER OUT
  local chart
  if [ -z "$1" ]; then
    HELM=$BIN/helm4 "$BED_SOURCE/charts/package" "$2" >&2
    return
  fi
  for chart in "$1"/*.tgz; do [ ! -f "$chart" ] || cp "$chart" "$2/"; done
  for chart in "$1"/*/Chart.yaml; do
    [ ! -f "$chart" ] || helm4 package "$(dirname "$chart")" --destination "$2" >&2
  done
}

# Whole folders change places, so that nobody ever reads a half-written index.
refresh_charts() { # CHARTS-FOLDER
  local new=$WORK/charts.new
  rm -rf "$new"
  mkdir -p "$new" "$WORK/charts"
  package_charts "$1" "$new"
  ls "$new"/*.tgz >/dev/null 2>&1 || fail "no charts in \`${1:-$BED_SOURCE/charts}\`: expected chart folders or .tgz files"
  helm4 repo index "$new" --url "$CHARTS" >&2
  rm -f "$WORK"/charts/*
  mv "$new"/*.tgz "$WORK/charts/"
  mv "$new/index.yaml" "$WORK/charts/"
  rmdir "$new"
}

chart_server() { start charts file-server -listen "$NODE:8879" -folder "$WORK/charts"; }
