namespace Myeloma.Fhir.Terminology.Prepared;

/// <summary><c>$translate</c> of any code of one system by maps that are settled. It writes every answer of the operation.</summary>
/// <param name="write">Writes the operation's answer to a code.</param>
internal sealed class PreparedTranslation(Action<JsonBuffer, string> write) : PreparedQuestion
{
    public override bool TryAnswer(ReadOnlySpan<char> code, ReadOnlySpan<char> other, JsonBuffer output)
    {
        write(output, code.ToString());
        return true;
    }
}
