namespace Myeloma.Fhir.Terminology.Prepared;

/// <summary>A question of which all is settled but the codes: which system it is about, in which version, in which language it is answered. Immutable, shared by threads.</summary>
/// <remarks>Good as long as the catalog that it was prepared from. src/decisions/prepared-questions.md</remarks>
public abstract class PreparedQuestion
{
    /// <summary>Writes the answer that the operation gives, byte for byte.</summary>
    /// <param name="code">The code; of <c>$subsumes</c> codeA.</param>
    /// <param name="other">Of <c>$subsumes</c> codeB; else empty.</param>
    /// <param name="output">Empty; what stands in it counts for nothing when there is no answer.</param>
    /// <returns>False when the operation itself has to be asked: the code is not known, or there is something particular about it.</returns>
    public abstract bool TryAnswer(ReadOnlySpan<char> code, ReadOnlySpan<char> other, JsonBuffer output);

    /// <summary>This question, when it says of given codes what the operation has said; null otherwise, so that nothing is ever answered in two ways.</summary>
    /// <param name="answer">Of the operation, for the same codes.</param>
    internal PreparedQuestion? If(string code, string other, ReadOnlySpan<byte> answer)
    {
        var output = new JsonBuffer();
        return TryAnswer(code, other, output) && output.Written.SequenceEqual(answer) ? this : null;
    }
}
