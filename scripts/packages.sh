#!/usr/bin/env bash
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing to build loci on Debian 12. Sourced by the other scripts; does nothing when all is there.
loci_packages=(
  g++ cmake ninja-build ccache mold pkg-config git python3 libgtest-dev libgmock-dev libcli11-dev nlohmann-json3-dev
  libturbojpeg0-dev libpng-dev libwebp-dev libtiff-dev libopencv-dev libsqlite3-dev libdnnl-dev liblapacke-dev libopenblas-pthread-dev
  libhnswlib-dev libfaiss-dev libmatio-dev libhdf5-dev zlib1g-dev libembree-dev libtorch-dev libgloo-dev libboost-dev
  libzstd-dev liblz4-dev libbz2-dev libheif-dev libjxl-dev pybind11-dev python3-dev python3-numpy python3-pytest
)
# What the checks of the sources need beside that.
loci_check_packages=(clang-format-14)

loci_install_packages() {
  local missing=() package
  for package in "${loci_packages[@]}" "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]}" >&2
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}
