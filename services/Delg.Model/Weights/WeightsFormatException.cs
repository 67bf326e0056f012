namespace Delg.Model.Weights;

/// <summary>A weights file is damaged, or not of the kind it was taken for. The message names the file's part that is wrong.</summary>
public sealed class WeightsFormatException : Exception
{
    public WeightsFormatException()
    {
    }

    public WeightsFormatException(string message)
        : base(message)
    {
    }

    public WeightsFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
