namespace Delg.Imaging.Scenes;

/// <summary>Smooth noise for stone, plaster, wood and paper: random values on a lattice, interpolated, several octaves added.</summary>
internal sealed class ValueNoise(int seed)
{
    private const int Octaves = 4;

    private readonly uint _seed = (uint)seed;

    /// <summary>Changes every pixel's brightness by noise of the given strength (grey levels) and grain (pixels a lattice cell, by axis).</summary>
    public void Roughen(RgbImage image, double strength, double cellX, double cellY)
    {
        var row = new float[image.Width];
        for (int y = 0; y < image.Height; y++)
        {
            Array.Clear(row);
            double amplitude = strength, frequencyX = 1 / cellX, frequencyY = 1 / cellY;
            for (int octave = 0; octave < Octaves; octave++)
            {
                AddOctave(row, y * frequencyY, frequencyX, amplitude, octave);
                amplitude *= 0.6;
                frequencyX *= 2;
                frequencyY *= 2;
            }

            var pixels = image.Row(y);
            for (int x = 0; x < row.Length; x++)
            {
                for (int channel = 0; channel < RgbImage.Channels; channel++)
                {
                    ref byte value = ref pixels[x * RgbImage.Channels + channel];
                    value = (byte)Math.Clamp(value + row[x] + 0.5f, 0, 255);
                }
            }
        }
    }

    private void AddOctave(float[] row, double v, double frequency, double amplitude, int octave)
    {
        int cellY = (int)Math.Floor(v);
        float fy = Smooth((float)(v - cellY));
        int cellX = int.MinValue;
        float left = 0, right = 0;
        for (int x = 0; x < row.Length; x++)
        {
            double u = x * frequency;
            int cell = (int)u;
            if (cell != cellX)
            {
                cellX = cell;
                left = Mix(Lattice(cell, cellY, octave), Lattice(cell, cellY + 1, octave), fy);
                right = Mix(Lattice(cell + 1, cellY, octave), Lattice(cell + 1, cellY + 1, octave), fy);
            }

            row[x] += (float)amplitude * Mix(left, right, Smooth((float)(u - cell)));
        }
    }

    private static float Smooth(float t) => t * t * (3 - 2 * t);

    private static float Mix(float a, float b, float t) => a + (b - a) * t;

    /// <summary>A value in [-1, 1) from the lattice point alone.</summary>
    private float Lattice(int x, int y, int octave)
    {
        uint h = _seed ^ ((uint)x * 0x9E3779B1u) ^ ((uint)y * 0x85EBCA77u) ^ ((uint)octave * 0xC2B2AE3Du);
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        h ^= h >> 15;
        return h / 2147483648f - 1;
    }
}
