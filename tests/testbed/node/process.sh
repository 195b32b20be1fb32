# Starting a program of the bed so that it can be found and ended again. Must not know which programs there are.
# shellcheck shell=bash

# Every process of a bed, and every child of one, is in a control group of the bed's name: that is the record of what to end.
# Version 1 has one tree per controller and the kubelet wants the group in each; version 2 has one tree.
make_groups() {
  local controller
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p "/sys/fs/cgroup/$UNIT/programs"
    return
  fi
  for controller in /sys/fs/cgroup/*/; do
    [ ! -e "$controller/cgroup.procs" ] || mkdir -p "$controller$UNIT"
  done
  # Ray's agents have 30 s to register: beside a compiler the bed goes first
  [ ! -e "/sys/fs/cgroup/cpu/$UNIT/cpu.shares" ] || echo 8192 >"/sys/fs/cgroup/cpu/$UNIT/cpu.shares"
  # an empty cpuset takes no process
  for controller in cpuset.cpus cpuset.mems; do
    cat "/sys/fs/cgroup/cpuset/$controller" >"/sys/fs/cgroup/cpuset/$UNIT/$controller"
  done
}

program_group() {
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    echo "/sys/fs/cgroup/$UNIT/programs"
  else
    echo "/sys/fs/cgroup/pids/$UNIT"
  fi
}

groups_of() { find /sys/fs/cgroup -maxdepth 2 -type d -name "$UNIT" 2>/dev/null || true; }

processes_of() {
  local group
  for group in $(groups_of); do
    find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -u
}

# `start NAME COMMAND…`: in the bed's network, its own session, nothing of ours held open. The shell becomes the program,
# so the recorded process id is the program's and no shell stays behind holding our output.
start() {
  local name=$1 descriptor; shift
  (
    echo "$BASHPID" >"$(program_group)/cgroup.procs"
    cd "$WORK"
    for descriptor in /proc/self/fd/*; do
      descriptor=${descriptor##*/}
      [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
    done
    exec setsid nsenter --net=/run/netns/"$UNIT" -- "$@" >"$WORK/log/$name" 2>&1 </dev/null
  ) &
  echo $! >"$STATE/pid/$name"
}

# In the bed's control group: the machine may have given the number to another program meanwhile.
alive() { # NAME
  local process
  process=$(cat "$STATE/pid/$1" 2>/dev/null) && processes_of | grep -x "$process" >/dev/null
}

# A program that ended is worth its last words.
expect_alive() { # NAME…
  local name
  for name; do
    alive "$name" || { tail -n 5 "$WORK/log/$name" >&2; fail "\`$name\` ended: its log's last lines are above"; }
  done
}
