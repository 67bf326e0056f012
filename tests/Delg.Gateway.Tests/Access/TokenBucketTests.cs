using Delg.Gateway.Access.Rates;
using Delg.Gateway.Tests.Fakes;

namespace Delg.Gateway.Tests.Access;

public class TokenBucketTests
{
    [Fact]
    public void Bucket_Emptied_SaysHowLongItTakes_AndFillsSteadily()
    {
        var time = new FakeTime();
        var bucket = new TokenBucket(perSecond: 4, capacity: 2, time);

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (bucket.Take(), bucket.Take()));
        Assert.Equal(TimeSpan.FromSeconds(0.25), bucket.Take());
        time.Pass(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TimeSpan.FromSeconds(0.15), bucket.Take());
        time.Pass(TimeSpan.FromSeconds(0.15));
        Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.Equal(0.5, bucket.SecondsUntilFull);
    }

    [Fact]
    public void Bucket_AfterALongRest_HoldsNoMoreThanItsCapacity()
    {
        var time = new FakeTime();
        var bucket = new TokenBucket(perSecond: 1, capacity: 2, time);

        time.Pass(TimeSpan.FromDays(1));

        Assert.Equal(0, bucket.SecondsUntilFull);
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(1)), (bucket.Take(), bucket.Take(), bucket.Take()));
    }
}
