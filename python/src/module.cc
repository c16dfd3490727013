// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings.h"

#include "loci/base/version.h"

PYBIND11_MODULE(_loci, m) {
  using namespace loci::python;
  m.doc() = "Where was this photograph taken? Visual place recognition around NetVLAD.";
  m.attr("__version__") = std::string(loci::version());
  bind_errors(m);
  bind_image(m);
  bind_model(m);
  bind_pooling(m);
  bind_whitening(m);
  bind_index(m);
  bind_exchange(m);
  bind_place(m);
  bind_loops(m);
  bind_groups(m);
  bind_data(m);
  bind_eval(m);
  bind_train(m);
  bind_timemachine(m);
}
