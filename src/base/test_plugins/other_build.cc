// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
extern "C" {
__attribute__((visibility("default"))) const char* loci_plugin_stamp() {
  return "0.0.0 of another compiler";
}
__attribute__((visibility("default"))) void* loci_plugin_entry() { return nullptr; }
}
