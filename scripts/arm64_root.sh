#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Unpacks Debian's arm64 libraries that a cross-build links with into a folder; nothing of this machine changes, and root
# is not needed. The mirror is the one that apt uses here.
#   scripts/arm64_root.sh FOLDER
set -euo pipefail
root=$(realpath -m "$1")
packages=(
  libc6-dev libstdc++-12-dev libgtest-dev libgmock-dev libcli11-dev nlohmann-json3-dev libturbojpeg0-dev libpng-dev libwebp-dev
  libtiff-dev libsqlite3-dev libdnnl-dev liblapacke-dev libopenblas-pthread-dev libhnswlib-dev zlib1g-dev
)
done_mark=$root/.packages
[ "$(cat "$done_mark" 2>/dev/null)" = "${packages[*]}" ] && exit 0

source /etc/os-release
state=$root.apt
mkdir -p "$state/lists/partial" "$state/archives/partial" "$root/usr/lib" "$root/usr/bin" "$root/usr/sbin"
for folder in bin lib sbin; do ln -sfn "usr/$folder" "$root/$folder"; done
apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' |
  awk -v code="$VERSION_CODENAME" '$2 == code || index($2, code "-") == 1 { print "deb", $1, $2, "main" }' | sort -u >"$state/sources.list"
: >"$state/status"
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$state" -o Dir::State::status="$state/status"
     -o Dir::State::lists="$state/lists" -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives"
     -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- -o APT::Install-Recommends=false
     -o Debug::NoLocking=1 -o APT::Sandbox::User=)
"${apt[@]}" update
"${apt[@]}" install --download-only -y "${packages[@]}"
for package in "$state"/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
done
# What update-alternatives would have linked.
libraries=$root/usr/lib/aarch64-linux-gnu
for file in "$libraries"/openblas-pthread/*.so*; do ln -sfn "openblas-pthread/$(basename "$file")" "$libraries/$(basename "$file")"; done
rm -rf "$state"
echo "${packages[*]}" >"$done_mark"
