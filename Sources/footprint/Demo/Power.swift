#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// C's `pow`, so that no other file here needs a C library.
func power(_ base: Double, _ exponent: Double) -> Double {
    pow(base, exponent)
}

/// e to the power of x.
func exponential(_ x: Double) -> Double {
    exp(x)
}

func naturalLogarithm(_ x: Double) -> Double {
    log(x)
}
