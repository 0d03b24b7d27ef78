/**
 * What every backend must do, as one suite over the VMX instructions. A new backend is done when a subclass of
 * {@link org.jvmx.conformance.BackendKit} that names it passes.
 */
package org.jvmx.conformance;
