namespace Delg.Imaging.Scenes;

/// <summary>Seeded choices: the same seed draws the same picture on every machine.</summary>
internal sealed class SceneRandom(int seed)
{
    // A seeded System.Random keeps its sequence across versions of .NET.
    private readonly Random _random = new(seed);

    public double Between(double low, double high) => low + (high - low) * _random.NextDouble();

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Whole(int low, int high) => _random.Next(low, high + 1);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public int Seed() => _random.Next();

    /// <summary>A colour as SVG text: hue in degrees, saturation and lightness in [0, 1].</summary>
    public static string Colour(double hue, double saturation, double lightness)
    {
        double spread = saturation * Math.Min(lightness, 1 - lightness);
        byte Channel(double offset)
        {
            double k = (offset + (hue % 360 + 360) % 360 / 30) % 12;
            return (byte)Math.Round(255 * (lightness - spread * Math.Max(-1, Math.Min(Math.Min(k - 3, 9 - k), 1))));
        }

        return $"#{Channel(0):x2}{Channel(8):x2}{Channel(4):x2}";
    }

    /// <summary>A made-up word of open syllables, for signs and titles.</summary>
    public string Word(int syllables)
    {
        const string consonants = "BDFGKLMNPRSTVZ", vowels = "AEIOU";
        var letters = new char[syllables * 2];
        for (int i = 0; i < letters.Length; i += 2)
        {
            letters[i] = consonants[_random.Next(consonants.Length)];
            letters[i + 1] = vowels[_random.Next(vowels.Length)];
        }

        return new string(letters);
    }
}
