#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian packages, installs each in a clean Debian root, uses what it holds, and removes everything again.
#   scripts/check_packages.sh [PACKAGES]    a folder of .deb files made before: nothing is built
# Needs root (debootstrap, chroot) and the mirror that apt uses here.
set -euo pipefail
packages=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then
  echo "skipped: installing in a clean root needs root" >&2
  exit 77
fi
source scripts/packages.sh
loci_install_packages debootstrap dpkg-dev pkg-config
block() { python3 tests/install/doc_block.py docs/install.md "$1"; }

if [ -z "$packages" ]; then
  rm -f build-packages/*.deb
  bash -eu -c "$(block 'Debian packages')"
  packages=$PWD/build-packages
  echo "== the minimal build"
  small=$(mktemp -d)
  minimal=$(block 'A minimal build')
  bash -eu -c "${minimal//\$HOME/$small}"
  "$small/loci-minimal/bin/loci" --version
  rm -r "$small"
fi
source /etc/os-release
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' |
          awk -v code="$VERSION_CODENAME" '$2 == code || index($2, code "-") == 1 { print "deb", $1, $2, "main" }' | sort -u)
mirror=$(awk -v code="$VERSION_CODENAME" '$3 == code { print $2; exit }' <<<"$sources")
[ -n "$mirror" ] || { echo "apt knows no repository of $VERSION_CODENAME" >&2; exit 1; }

root=$(mktemp -d /var/tmp/loci_packages.XXXXXX)
clean_up() { umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"; }
trap clean_up EXIT
debootstrap --variant=minbase "$VERSION_CODENAME" "$root" "$mirror" >"$root.log" || { tail "$root.log"; exit 1; }
rm -f "$root.log"
echo "$sources" >"$root/etc/apt/sources.list"
apt-config dump Acquire | grep -iE '::proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mkdir "$root/packages" "$root/try"
cp "$packages"/*.deb "$root/packages"
cp -r tests/install/outside "$root/try/where"

# inside TITLE COMMANDS: in the clean root, in /try.
inside() {
  echo "== $1"
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/try LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    chroot "$root" bash -euo pipefail -c "cd /try; $2"
}
get='apt-get -o APT::Sandbox::User=root -o Dpkg::Options::=--force-unsafe-io install -y -qq --no-install-recommends'
inside "lists of packages" "apt-get update -qq"
inside "loci: index and query" "$get /packages/loci_*.deb >/dev/null
loci --version
loci simulate town --places 6 --times 2 --seed 7 --quiet
photo=\$(find /try/town -path '*test*' -name '*.jpg' | sort | head -n 1)
loci index \$(dirname \$photo) --db collection --json --quiet
loci query \$photo --db collection -k 1 --json | grep -F \"\$photo\" | grep -q matches
if loci train town --model default -o x.safetensors 2>said; then exit 1; fi
grep -q 'install the package loci-train' said"
inside "libloci-dev: the program of docs/install.md" "$get /packages/libloci-dev_*.deb g++ cmake make pkg-config >/dev/null
mkdir photos; photo=\$(find town -name '*.jpg' | head -n 1)
cp \$photo photos/0.ppm   # the decoder goes by the bytes, not by the name
$(block 'Build it with CMake')
rm -r collection
$(block 'Build it with pkg-config')
ldd where/where | wc -l"
if ls "$packages"/loci-train_*.deb >/dev/null 2>&1; then
  inside "loci-train: one epoch" "$get /packages/loci-train_*.deb >/dev/null
loci train town --model default -o trained.safetensors --epochs 1 --quiet --json | tail -n 1
loci inspect trained.safetensors >/dev/null"
fi
if ls "$packages"/loci-video_*.deb >/dev/null 2>&1; then
  inside "loci-video: a video that is none" "echo nothing >walk.mp4
if loci loops walk.mp4 2>said; then exit 1; fi
grep -q 'install the package loci-video' said
$get /packages/loci-video_*.deb >/dev/null
if loci loops walk.mp4 2>said; then exit 1; fi
cat said; grep -qv 'install the package' said"
fi
inside "loci: a bag that was cut short" "printf '#ROSBAG V2.0\\n' >cut.bag
if loci loops cut.bag 2>said; then exit 1; fi
grep -q 'rosbag reindex' said"
if ls "$packages"/python3-loci_*.deb >/dev/null 2>&1; then
  inside "python3-loci: import" "$get /packages/python3-loci_*.deb >/dev/null; python3 -c '
import loci, glob
photo = glob.glob(\"town/**/*.jpg\", recursive=True)[0]
print(loci.__version__, loci.Describer(loci.load_model()).describe(photo).shape)'"
fi
inside "removed" "apt-get purge -y -qq 'loci*' 'libloci*' 'python3-loci*' >/dev/null
left=\$(find /usr /etc /var/lib -xdev -iname '*loci*' -not -path '/var/lib/apt/*' -not -path '/usr/share/perl*'); [ -z \"\$left\" ] || { echo \"left: \$left\"; exit 1; }"
for package in "$packages"/*.deb; do
  echo "$(basename "$package"): $(stat -c %s "$package") bytes, installed $(dpkg-deb -f "$package" Installed-Size) KiB"
done
