using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// A descriptor brought to a common length and rounded to small integers, for a first look at which pairs could be near. No product of two of them
/// leaves 16 bits (Cauchy–Schwarz), and what rounding moved is measured, so that the true product is known within bounds: with q = q' + e and
/// c = c' + f, |q·c − q'·c'| = |e·c + q'·f| ≤ |e| |c| + |q'| |f|. Reused from descriptor to descriptor.
/// </summary>
/// <param name="dim">Components a descriptor.</param>
/// <param name="encoding">FLOAT32 or INT8.</param>
internal sealed class RoundedDescriptor(int dim, DescriptorEncoding encoding)
{
    /// <summary>The common length.</summary>
    public const int Length = 177;

    /// <summary>Largest rounded component; larger ones are cut. A multiply-add of two raised and two signed ones then fits 16 bits.</summary>
    public const int MostComponent = 90;

    // √32767: no rounded descriptor is longer.
    private const double MostLength = 181.02;

    // More than float arithmetic adds to what rounding moved.
    private const double ArithmeticError = 0.01;

    // Lengths outside would leave the normal range of floats when inverted.
    private const double LeastInverse = 1e-18;
    private const double MostInverse = 1e18;

    // A whole number of the widest vectors of bytes.
    private const int Padding = 64;

    private readonly float[] _components = new float[(dim + Padding - 1) / Padding * Padding];
    private readonly sbyte[] _rounded = new sbyte[(dim + Padding - 1) / Padding * Padding];

    /// <summary>Pairs of components of a descriptor, the last filled up with a zero.</summary>
    public static int Pairs(int dim) => (dim + 1) / 2;

    /// <summary>The rounded components, two by two.</summary>
    public ReadOnlySpan<ushort> ComponentPairs => MemoryMarshal.Cast<sbyte, ushort>(_rounded)[..Pairs(dim)];

    /// <summary>Sum of the rounded components.</summary>
    public int Sum { get; private set; }

    /// <summary>What the rounding of this descriptor can change a product by, at most.</summary>
    public short Slack { get; private set; }

    /// <summary>1 / length of the descriptor as packed; 0 for a zero vector.</summary>
    public double InverseLength { get; private set; }

    private ReadOnlySpan<byte> Rounded => MemoryMarshal.AsBytes(_rounded.AsSpan(0, dim));

    /// <summary>Whether this is an object for such descriptors.</summary>
    public bool IsFor(int otherDim, DescriptorEncoding otherEncoding) => dim == otherDim && encoding == otherEncoding;

    /// <summary>Rounds a descriptor; the properties are then its own.</summary>
    public void Set(ReadOnlySpan<byte> packed)
    {
        var components = _components.AsSpan(0, dim);
        if (encoding == DescriptorEncoding.Float32)
            packed.CopyTo(MemoryMarshal.AsBytes(components));
        else
            ToFloats(MemoryMarshal.Cast<byte, sbyte>(packed), components);
        InverseLength = DescriptorProducts.InverseLength(packed, encoding);
        var scale = (float)(Length * InverseLength);
        if (InverseLength is < LeastInverse or > MostInverse)
        {
            foreach (ref var component in components)
                component = (float)(component * InverseLength);
            scale = Length;
        }

        // Rounding lengthens by what it moved at most. Cut towards zero it never does; few descriptors need that.
        if (Length + Round(scale, toZero: false) > MostLength && DescriptorProducts.Dot(Rounded, Rounded, DescriptorEncoding.Int8) > short.MaxValue)
            Round(scale, toZero: true);
    }

    // TensorPrimitives converts bytes one by one: more time than all the rest of the rounding.
    private static void ToFloats(ReadOnlySpan<sbyte> bytes, Span<float> floats)
    {
        var i = 0;
        var lanes = Vector<float>.Count;
        for (; i + Vector<sbyte>.Count <= bytes.Length; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(bytes[i..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            Vector.ConvertToSingle(a).CopyTo(floats[i..]);
            Vector.ConvertToSingle(b).CopyTo(floats[(i + lanes)..]);
            Vector.ConvertToSingle(c).CopyTo(floats[(i + (2 * lanes))..]);
            Vector.ConvertToSingle(d).CopyTo(floats[(i + (3 * lanes))..]);
        }

        for (; i < bytes.Length; i++)
            floats[i] = bytes[i];
    }

    // Returns the length of what was moved.
    private double Round(float scale, bool toZero)
    {
        ref var components = ref MemoryMarshal.GetArrayDataReference(_components);
        ref var rounded = ref MemoryMarshal.GetArrayDataReference(_rounded);
        var moved = Vector<float>.Zero;
        var sums = Vector<int>.Zero;
        var lanes = Vector<float>.Count;
        for (var i = 0; i < _components.Length; i += 4 * lanes)
        {
            var exactA = Vector.LoadUnsafe(ref components, (nuint)i) * scale;
            var exactB = Vector.LoadUnsafe(ref components, (nuint)(i + lanes)) * scale;
            var exactC = Vector.LoadUnsafe(ref components, (nuint)(i + (2 * lanes))) * scale;
            var exactD = Vector.LoadUnsafe(ref components, (nuint)(i + (3 * lanes))) * scale;
            var (wholeA, wholeB) = (Whole(exactA, toZero), Whole(exactB, toZero));
            var (wholeC, wholeD) = (Whole(exactC, toZero), Whole(exactD, toZero));
            var (restA, restB, restC, restD) = (exactA - wholeA, exactB - wholeB, exactC - wholeC, exactD - wholeD);
            moved += ((restA * restA) + (restB * restB)) + ((restC * restC) + (restD * restD));
            // Never outside the range, so the machine's own conversion does.
            var (a, b) = (Vector.ConvertToInt32Native(wholeA), Vector.ConvertToInt32Native(wholeB));
            var (c, d) = (Vector.ConvertToInt32Native(wholeC), Vector.ConvertToInt32Native(wholeD));
            sums += (a + b) + (c + d);
            Vector.Narrow(Vector.Narrow(a, b), Vector.Narrow(c, d)).StoreUnsafe(ref rounded, (nuint)i);
        }

        Sum = Vector.Sum(sums);
        var length = Math.Sqrt(Vector.Sum(moved)) + ArithmeticError;
        Slack = (short)Math.Ceiling(MostLength * length);
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Whole(Vector<float> exact, bool toZero)
    {
        var most = new Vector<float>(MostComponent);
        return Vector.MaxNative(Vector.MinNative(toZero ? Vector.Truncate(exact) : Vector.Round(exact), most), -most);
    }
}
